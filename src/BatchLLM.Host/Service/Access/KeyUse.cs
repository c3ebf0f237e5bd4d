namespace BatchLLM.Host.Service.Access;

/// <summary>Whether requests need a key.</summary>
internal enum KeyUse
{
    /// <summary>Everyone who reaches the service is let in; who sends a key of ours all the same must have one that works.</summary>
    None,

    /// <summary>Without a key there are only the health checks and the service's description.</summary>
    Needed,
}
