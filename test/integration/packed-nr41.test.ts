import { testPackedOn } from './packed-on-host.ts';

testPackedOn('nr41');
