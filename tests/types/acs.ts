// gatepass/acs as its users type it.

import { createAcs, forLambda, forNode, type AcsHandler, type LambdaEvent, type LambdaResult } from "gatepass/acs";

const acs: AcsHandler = createAcs();
export const edge = { fetch: (request: Request): Promise<Response> => acs(request) };

// What Node's own types look like, in short.
interface IncomingMessage extends AsyncIterable<unknown> {
  method?: string | undefined;
  headers: { [name: string]: string | string[] | undefined; "content-type"?: string | undefined };
  iterator(options?: { destroyOnReturn?: boolean }): AsyncIterator<any>;
  resume(): this;
}
interface ServerResponse {
  writeHead(status: number, message?: string, headers?: Record<string, number | string | string[] | undefined>): this;
  writeHead(status: number, headers?: Record<string, number | string | string[] | undefined>): this;
  end(done?: () => void): this;
  end(chunk: any, done?: () => void): this;
}
export const node: (request: IncomingMessage, response: ServerResponse) => void = forNode(createAcs({ callback: "/callback" }));

export const lambda: (event: LambdaEvent) => Promise<LambdaResult> = forLambda(acs);

// @ts-expect-error the option is called callback
export const misspelt = createAcs({ redirectUri: "/callback" });
