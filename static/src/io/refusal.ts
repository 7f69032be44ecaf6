/** Why something that a person brought was not taken as a picture. */

export type Reason =
  | 'intake.tooLarge'
  | 'intake.empty'
  | 'intake.notPicture'
  | 'intake.notRead'
  | 'intake.unreadable'
  | 'intake.onlyLink'
  | 'intake.tooMany'
  | 'intake.emptyFolder';

/** A key of the page's words with what fills it. */
export interface Refusal {
  reason: Reason;
  parameters: Readonly<Record<string, string | number>>;
}

export function refuse(reason: Reason, parameters: Refusal['parameters'] = {}): Refusal {
  return { reason, parameters };
}
