select id
  from batchllm.jobs
 where rtrim(output_uri, '/') = rtrim(@OutputUri, '/')
   and key is not null
   and state in ('running', 'paused')
   and id <> @JobId
 order by id
 limit 1;
