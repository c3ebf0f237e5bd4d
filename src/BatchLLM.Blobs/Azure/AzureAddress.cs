namespace BatchLLM.Blobs.Azure;

/// <summary>Where a blob is, or many that match.</summary>
/// <param name="Account">Name of the storage account.</param>
/// <param name="Container">Name of the container.</param>
/// <param name="EscapedName">Name in the container, percent-escaped; may hold bare globs, may be empty.</param>
internal sealed record AzureAddress(string Account, string Container, string EscapedName)
{
    /// <summary>The name as the service knows it.</summary>
    public string Name => Uri.UnescapeDataString(EscapedName);

    /// <summary>The address of a blob of the same container, whose name is taken literally.</summary>
    public AzureAddress WithName(string name) => this with
    {
        EscapedName = UriText.Escape(name, keepGlobs: false, keepEscapes: false),
    };

    /// <inheritdoc/>
    public override string ToString() => $"{AzureUri.Scheme}{Account}/{Container}/{EscapedName}";
}
