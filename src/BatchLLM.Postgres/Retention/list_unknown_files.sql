select id
  from unnest(@Ids) as given (id)
 where not exists (select from batchllm.files f where f.id = given.id);
