select report::text
  from batchllm.preflights
 where key = @Key;
