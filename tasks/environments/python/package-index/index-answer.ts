import { UserError } from '../../../common/errors';
import { proxyNamed } from '../../../hub/http/proxy';
import { type Asking, NoAnswer } from './asking';
import { indexFiles, pageHeaders } from './index-page';
import { pageOf } from './indexes';

/** What an index says when it is asked for the page of a package, as pip and uv ask it. */
export interface IndexAnswer {
  index: URL;
  /**
   * `page`: a page of the simple API, or that there is none of this package; `login`: refused for want of a login that it takes;
   * `proxy-login`: the same of the proxy before it; `other`: a page that is none of an index; `none`: no answer that says anything.
   */
  kind: 'page' | 'login' | 'proxy-login' | 'other' | 'none';
  /** The status of a refusal. */
  status?: number;
  /** The host that a page which is none of an index came from; why there is no answer. */
  said?: string;
  /** The proxy that the question went through, without its password, and the variable that it has for the installers. */
  proxy?: { variable: string; address: string };
}

/** Milliseconds for an answer: it comes after an installer that has waited already. */
const wholeMs = 15_000;

/** @param name normalized. @throws Interrupted */
export async function answerOf(asking: Asking, address: string, name: string): Promise<IndexAnswer | undefined> {
  if (!URL.canParse(address)) return undefined;
  const index = new URL(address);
  const proxy = proxyOf(asking, index);
  if (proxy === 'unknown') return undefined;
  const about = { index, ...(proxy ? { proxy } : {}) };
  try {
    const { status, body, contentType, from } = await asking.ask(pageOf(address, name), { headers: pageHeaders, toIndex: true, wholeMs });
    if (status === 404 || isPage(body.toString('utf8'), contentType, name)) return { ...about, kind: 'page' };
    return { ...about, kind: 'other', said: from.host };
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    const status = error.status ?? Number(/\banswered (\d{3}) to CONNECT\b/.exec(error.message)?.[1] ?? 0);
    if (status === 407) return { ...about, kind: 'proxy-login', status };
    if (error.status === 401 || error.status === 403) return { ...about, kind: 'login', status };
    return { ...about, kind: 'none', said: error.message };
  }
}

/** A page without a file is one of an index where it says so: the page of a login has none either. */
function isPage(body: string, contentType: string, name: string): boolean {
  const files = indexFiles(body, contentType, name);
  if (!files) return false;
  return files.length > 0 || /json/i.test(contentType) || /pypi:repository-version|<title>\s*(?:links for|simple index)/i.test(body);
}

function proxyOf(asking: Asking, index: URL): IndexAnswer['proxy'] | 'unknown' {
  try {
    const found = proxyNamed(index, asking.env);
    return found && { variable: found.name, address: `${found.url.protocol}//${found.url.host}` };
  } catch (error) {
    // SOCKS: pip and uv may speak it, we do not.
    if (error instanceof UserError) return 'unknown';
    throw error;
  }
}
