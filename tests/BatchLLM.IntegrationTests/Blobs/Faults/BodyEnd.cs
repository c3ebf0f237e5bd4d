namespace BatchLLM.IntegrationTests.Blobs.Faults;

/// <summary>How a body ends too early.</summary>
internal enum BodyEnd
{
    /// <summary>The connection is reset.</summary>
    Reset,

    /// <summary>The connection is closed in good order, as if the body were whole.</summary>
    Close,

    /// <summary>Nothing more comes, and the connection stays.</summary>
    Silence,
}
