update batchllm.batches
   set cancelling_at = coalesce(cancelling_at, now()),
       -- Whoever validates it goes on in vain; who comes next need not wait for that.
       held_until = null
 where id = @Id
   and ending is null
returning true;
