/** Tells cameras and microphones apart: sites may have some of the same name. */
export function sourceKey({ site, source }: { site: string; source: string }): string {
  return `${site}\n${source}`;
}
