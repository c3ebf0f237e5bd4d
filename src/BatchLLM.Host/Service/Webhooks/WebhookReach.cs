namespace BatchLLM.Host.Service.Webhooks;

/// <summary>Where webhooks may go.</summary>
internal enum WebhookReach
{
    /// <summary>To addresses of the internet.</summary>
    Public,

    /// <summary>Anywhere, this machine and its network included.</summary>
    Any,
}
