/** Node.js' Buffer, which types of the contracts name. No dialog ever holds one. */
declare type Buffer = Uint8Array;
