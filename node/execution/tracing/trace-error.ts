/** Why there is no trace: nothing to be traced, no such tracer, or too much of it. */
import { CodedError } from '../../../consensus/errors.ts'

export type TraceErrorType =
  | { readonly code: 'GENESIS' }
  | { readonly code: 'BLOCK_UNKNOWN' }
  | { readonly code: 'INDEX_OUT_OF_RANGE'; readonly index: number }
  | { readonly code: 'NOT_EXECUTABLE' }

export class TraceError extends CodedError<TraceErrorType> {}

export type TracerErrorType =
  | { readonly code: 'TRACER_UNKNOWN'; readonly name: string }
  | { readonly code: 'CONFIG_INVALID' }

export class TracerError extends CodedError<TracerErrorType> {}

export type TraceSizeErrorType = { readonly code: 'TOO_LARGE'; readonly bytesMax: number }

export class TraceSizeError extends CodedError<TraceSizeErrorType> {}
