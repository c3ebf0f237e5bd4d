select exists (select from batchllm.batches where input_file_id = @Id and ending is null);
