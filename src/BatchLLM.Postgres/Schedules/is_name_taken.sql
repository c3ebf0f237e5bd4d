select true
  from batchllm.schedules own
  join batchllm.schedules other on other.tenant = own.tenant and other.id <> own.id
 where own.id = @Id
   and other.name = @Name;
