select profile::text
  from batchllm.output_lengths
 where series = @Series;
