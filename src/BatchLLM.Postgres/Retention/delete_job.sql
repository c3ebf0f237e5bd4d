-- Its messages go with it.
delete from batchllm.jobs
 where id = @Id;
