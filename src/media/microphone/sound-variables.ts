const leading = /^(PULSE_|PIPEWIRE_|ALSA_|DBUS_SESSION_BUS_ADDRESS$|XDG_CONFIG_HOME$)/;

/** What programs for sound need of our environment to find that of this user, and to say in English what is wrong. */
export function soundVariables(): Record<string, string | undefined> {
  const inherited = Object.entries(process.env).filter(([name]) => leading.test(name));
  return { ...Object.fromEntries(inherited), LC_ALL: 'C.UTF-8' };
}
