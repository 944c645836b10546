import type { LogNews } from '$core/bridge/log.ts';
import type { LogAsk, LogReply } from '../link.ts';

/** What the log needs of the bridge. */
export interface LogPort {
  askLog(request: LogAsk): Promise<LogReply>;
  onLogNews(listener: (news: LogNews) => void): () => void;
  /** Called whenever the server has let this page in, also again: it has forgotten who follows the log. */
  onWelcome(listener: () => void): () => void;
}

/** Follows the log while somebody looks at it. @returns the way to stop */
export function followed(port: LogPort, onNews: (news: LogNews) => void, onFollowing: () => void): () => void {
  const ask = (on: boolean) => port.askLog({ type: 'log-follow', on });
  const follow = () => void ask(true).then(onFollowing, () => undefined); // without a server there is nothing to follow
  const stops = [port.onLogNews(onNews), port.onWelcome(follow)];
  follow();
  return () => {
    stops.forEach((stop) => stop());
    ask(false).catch(() => undefined);
  };
}
