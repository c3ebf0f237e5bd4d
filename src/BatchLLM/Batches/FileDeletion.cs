namespace BatchLLM.Batches;

/// <summary>What came of the wish to delete a file.</summary>
public enum FileDeletion
{
    /// <summary>It is gone.</summary>
    Deleted,

    /// <summary>There is no such file, or not any more.</summary>
    NotThere,

    /// <summary>It stays: a batch that is not over reads it.</summary>
    InUse,
}
