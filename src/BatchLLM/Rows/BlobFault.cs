namespace BatchLLM.Rows;

/// <summary>What kept a blob store from doing as it was told.</summary>
public enum BlobFault
{
    /// <summary>Whatever has no word of its own here: rights, credentials, the network, a broken device.</summary>
    Other,

    /// <summary>No blob has the name.</summary>
    Missing,

    /// <summary>Another blob has the name than the one that was meant.</summary>
    Replaced,

    /// <summary>The device or the quota is full.</summary>
    NoRoom,
}
