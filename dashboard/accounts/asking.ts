import { afterDrawing } from '../browser.ts';

/** A question before something is done that cannot be undone. */
export interface Question {
  title: string;
  text: string;
  /** What the button says that does it. */
  button: string;
  run: () => Promise<void> | void;
}

/** Asks once, in a dialog of the page. @param state of the page, which shows the question */
export function createAsking(state: { question: Question | undefined }) {
  return {
    ask: (question: Question): void => {
      state.question = question;
      afterDrawing(() => {
        document.querySelector<HTMLDialogElement>('.es-asking')?.showModal();
      });
    },
    /** Closes it. @param isWanted whether it is done */
    answer: (isWanted: boolean): void => {
      const { question } = state;
      state.question = undefined;
      document.querySelector<HTMLDialogElement>('.es-asking')?.close();
      if (isWanted) void question?.run();
    },
  };
}
