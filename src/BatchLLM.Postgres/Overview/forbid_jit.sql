-- The planner takes each shard's series of slots for a thousand, and compiles for a second or more what then takes milliseconds.
set local jit = off;
