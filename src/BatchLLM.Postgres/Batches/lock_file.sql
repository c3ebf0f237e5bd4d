-- Whoever makes a batch of it waits until this transaction is over, or this one for them.
select true
  from batchllm.files
 where id = @Id
   and deleted_at is null
   for update;
