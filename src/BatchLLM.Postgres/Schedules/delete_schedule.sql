delete from batchllm.schedules
 where id = @Id;
