-- Nobody has the same secret twice: a digest that is there already is this call's own, whose answer was lost.
insert into batchllm.sessions (key_id, digest, expires_at)
values (@KeyId, @Digest, now() + make_interval(secs => @Seconds))
on conflict (digest) do nothing;
