import type { Context } from '../engine/context';
import type { Progress } from '../engine/step';
import { lengthPlan } from './length/length-plan';
import { lengthsOf } from './length/length-report';
import { lookAtData } from './look-at-data';
import { EvenSample } from './near/even-sample';
import { lookNear } from './near/look-near';
import { mostCompared, type SaidPlace } from './near/said';
import { readsWithOldDatasets } from './old-datasets';
import { type DataReport, reportOf } from './report/document';
import type { DataFile } from './rows/data-files';
import { leftOut } from './rows/left-out';
import { modelTemplates } from './template/model-template';

/**
 * Reads all rows and judges them.
 * @param how.compares whether near duplicates and languages are looked for, which takes Python some seconds
 */
export async function judgeRows(
  context: Context,
  files: readonly DataFile[],
  tell: (progress: Progress) => void,
  { withoutTokenizer = {}, compares = false }: { withoutTokenizer?: Record<string, string>; compares?: boolean } = {},
): Promise<DataReport> {
  const lengths = lengthPlan(context);
  const oldDatasets = await readsWithOldDatasets(context, files);
  const said = compares ? new EvenSample<SaidPlace>(mostCompared) : undefined;
  const request = { templates: modelTemplates(context), lengths, oldDatasets, ...(said ? { said } : {}) };
  const reports = await lookAtData(context, files, request, tell);
  const near = said && said.items.length > 0 ? await lookNear(context, reports, said.items, tell) : undefined;
  return reportOf(reports, leftOut(context, files), {
    ...(near && !('without' in near) ? { near } : {}),
    lengths: await lengthsOf(context, reports, lengths),
    withoutTokenizer,
    notLookedAt: near && 'without' in near ? [`near duplicates and languages (${near.without})`] : [],
  });
}
