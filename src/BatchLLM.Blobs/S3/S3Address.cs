namespace BatchLLM.Blobs.S3;

/// <summary>Where an object is, or many that match.</summary>
/// <param name="Bucket">Name of the bucket.</param>
/// <param name="EscapedKey">Key in the bucket, percent-escaped; may hold bare globs, may be empty.</param>
internal sealed record S3Address(string Bucket, string EscapedKey)
{
    /// <summary>The key as the service knows it.</summary>
    public string Key => Uri.UnescapeDataString(EscapedKey);

    /// <summary>The address of an object of the same bucket, whose key is taken literally.</summary>
    public S3Address WithKey(string key) => this with
    {
        EscapedKey = UriText.Escape(key, keepGlobs: false, keepEscapes: false),
    };

    /// <inheritdoc/>
    public override string ToString() => $"{S3Uri.Scheme}{Bucket}/{EscapedKey}";
}
