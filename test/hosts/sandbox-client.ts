import type { SandboxMessage } from '../../scripts/demo/whatsapp/conversation.ts';

/** The messages that a sandbox in another process has taken so far, as its page gets them. */
export async function sandboxMessages(url: string): Promise<SandboxMessage[]> {
  const limit = new AbortController();
  const response = await fetch(`${url}/events`, { signal: limit.signal });
  const messages = new Map<string, SandboxMessage>();
  const quiet = setTimeout(() => {
    limit.abort();
  }, 500);
  let text = '';
  try {
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) take(event, messages);
    }
  } catch (error) {
    if (!limit.signal.aborted) throw error;
  } finally {
    clearTimeout(quiet);
  }
  return [...messages.values()];
}

function take(event: string, messages: Map<string, SandboxMessage>): void {
  const data = /^data: (.*)$/m.exec(event)?.[1];
  if (data === undefined) return;
  const message = JSON.parse(data) as SandboxMessage;
  messages.set(message.id, message);
}
