update batchllm.webhook_messages
   set status = @Status,
       delivered_at = case when @IsTaken then clock_timestamp() end,
       due_at = clock_timestamp() + make_interval(secs => @Seconds)
 where id = @Id
   and due_at is not null;
