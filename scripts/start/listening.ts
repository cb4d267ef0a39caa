const loopback = /^(127\.\d+\.\d+\.\d+|localhost|::1)$/;

/** Other machines may reach the editor only where a password guards it. */
export function mayListenOn(host: string, { ECHOSIGHT_ADMIN_PASSWORD: password = '' }: NodeJS.ProcessEnv): boolean {
  return loopback.test(host) || password.length >= 8;
}
