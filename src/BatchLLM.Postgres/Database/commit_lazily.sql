-- Only for what may be lost if the server itself dies within the second: the transaction then need not wait for the device.
set local synchronous_commit = off;
