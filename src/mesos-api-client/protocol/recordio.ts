/**
 * RecordIO, the framing of Mesos' streams: the length in bytes as decimal digits, a line feed, then that many bytes.
 * The chunks of HTTP mean nothing to it: a record may span many, a chunk may hold many records and half a header. A
 * fault is a value, not an exception, because the whole records before it still count; after it the stream is of no use.
 */

export interface RecordIoFault {
  readonly kind: 'bad-header' | 'header-too-long' | 'record-too-large';
  readonly message: string;
}

export interface DecodedRecords {
  readonly records: readonly string[];
  readonly fault?: RecordIoFault;
}

export interface RecordDecoder {
  /** The records that this chunk completes. After a fault: the same fault again, and no records. */
  push(chunk: Uint8Array): DecodedRecords;
  /** Whether bytes of an unfinished header or record are held, so that an end here is a cut. */
  readonly insideRecord: boolean;
}

const defaultMaxRecordBytes = 64 * 1024 * 1024;
/** The digits of 2^64, which is as far as Mesos counts. */
const maxHeaderDigits = 20;

const lineFeed = 0x0a;
const digitZero = 0x30;

export function encodeRecord(text: string): Buffer {
  return Buffer.from(`${Buffer.byteLength(text)}\n${text}`);
}

export function createRecordDecoder(options: { maxRecordBytes?: number } = {}): RecordDecoder {
  return new Decoder(options.maxRecordBytes ?? defaultMaxRecordBytes);
}

/** A class for speed alone: its fields have a fixed shape, and the hot path allocates nothing but the texts. */
class Decoder implements RecordDecoder {
  readonly #maxRecordBytes: number;
  #digits = 0;
  #length = 0;
  /** Bytes still to come of the record whose header is read; -1 while in a header. */
  #missing = -1;
  #pieces: Buffer[] = [];
  #fault: RecordIoFault | undefined;

  constructor(maxRecordBytes: number) {
    this.#maxRecordBytes = maxRecordBytes;
  }

  get insideRecord(): boolean {
    return this.#digits > 0 || this.#missing >= 0;
  }

  push(chunk: Uint8Array): DecodedRecords {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const records: string[] = [];
    let at = 0;
    while (this.#fault === undefined && at < bytes.length) {
      at = this.#missing < 0 ? this.#readHeader(bytes, at) : at;
      if (this.#missing >= 0 && (at < bytes.length || this.#missing === 0)) {
        at = this.#readBody(bytes, at, records);
      }
    }
    return this.#fault === undefined ? { records } : { records, fault: this.#fault };
  }

  /** Reads on to the line feed or the end of the chunk; answers where it stopped. */
  #readHeader(bytes: Buffer, from: number): number {
    for (let at = from; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte === lineFeed && this.#digits > 0) {
        this.#missing = this.#length;
        this.#length = 0;
        this.#digits = 0;
        return at + 1;
      }
      const digit = byte - digitZero;
      if (digit < 0 || digit > 9) {
        return this.#fail('bad-header', `the header of a record holds byte 0x${byte.toString(16)}, not a digit`);
      }
      this.#digits += 1;
      this.#length = this.#length * 10 + digit;
      if (this.#digits > maxHeaderDigits) {
        return this.#fail('header-too-long', `the header of a record has more than ${maxHeaderDigits} digits`);
      }
      if (this.#length > this.#maxRecordBytes) {
        return this.#fail('record-too-large', `a record is longer than ${this.#maxRecordBytes} bytes`);
      }
    }
    return bytes.length;
  }

  #readBody(bytes: Buffer, from: number, records: string[]): number {
    const end = from + this.#missing;
    if (end > bytes.length) {
      this.#pieces.push(bytes.subarray(from));
      this.#missing -= bytes.length - from;
      return bytes.length;
    }
    // Characters are decoded only here, from the whole record: a chunk may end inside one. What is no UTF-8 (Mesos
    // passes on what tasks say) becomes U+FFFD: one such update must not break every subscription that repeats it.
    if (this.#pieces.length === 0) {
      records.push(bytes.toString('utf8', from, end));
    } else {
      this.#pieces.push(bytes.subarray(from, end));
      records.push(Buffer.concat(this.#pieces).toString('utf8'));
      this.#pieces = [];
    }
    this.#missing = -1;
    return end;
  }

  #fail(kind: RecordIoFault['kind'], message: string): number {
    this.#fault = { kind, message };
    this.#pieces = [];
    return Number.POSITIVE_INFINITY;
  }
}
