/** The informs of an answer as they come. @module */
import type { Message } from "./message.ts";

/**
 * Hands out informs while a request is answered, then lets its outcome be known.
 *
 * @param ask Begins the request: is given where its informs go, and a signal that aborts when nobody wants more.
 */
export async function* informStream(
  ask: (onInform: (inform: Message) => void, left: AbortSignal) => Promise<unknown>,
): AsyncGenerator<Message, void, unknown> {
  const leaving = new AbortController();
  const came: Message[] = [];
  let news = Promise.withResolvers<void>();
  let isOver = false;
  const answer = ask((inform) => {
    came.push(inform);
    news.resolve();
  }, leaving.signal).finally(() => {
    isOver = true;
    news.resolve();
  });
  answer.catch(() => {}); // it is awaited below, when all that came is handed out
  try {
    while (!isOver) {
      await news.promise;
      news = Promise.withResolvers();
      yield* came.splice(0);
    }
    yield* came;
    await answer;
  } finally {
    leaving.abort();
  }
}
