namespace BatchLLM.Checkpoints;

/// <summary>Where the bytes of tensors lie. Safe from several threads.</summary>
internal interface ITensorBytes
{
    /// <summary>Name of the file, for messages.</summary>
    string FileName { get; }

    /// <summary>How they are drawn, if nothing stores them; null of a file's.</summary>
    RandomDraws? Draws => null;

    /// <summary>Copies elements as they stand, little-endian.</summary>
    /// <param name="offset">First byte.</param>
    /// <param name="destination">Receives them; must end within the bytes.</param>
    void Read<T>(long offset, Span<T> destination)
        where T : struct;
}
