update batchllm.webhook_messages
   set due_at = null
 where webhook_id = @Id
   and due_at is not null;
