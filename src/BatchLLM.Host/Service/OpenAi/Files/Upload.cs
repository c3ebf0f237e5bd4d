using BatchLLM.Rows;

namespace BatchLLM.Host.Service.OpenAi.Files;

/// <summary>A form as far as it has been read.</summary>
internal sealed class Upload
{
    private const string AnchorField = "expires_after[anchor]";
    private const string SecondsField = "expires_after[seconds]";

    private string? _purpose;
    private string? _anchor;
    private string? _seconds;

    /// <summary>What the file is called; null before it came.</summary>
    public string? Name { get; private set; }

    /// <summary>What was written; null before it was.</summary>
    public BlobDigest? Content { get; private set; }

    /// <summary>After which the file goes by itself; null for never.</summary>
    public TimeSpan? Lifetime => _seconds is null ? null : FileLifetime.Read(_anchor, _seconds);

    /// <summary>Takes the file.</summary>
    public void Take(string name, BlobDigest content) => (Name, Content) = (name, content);

    /// <summary>Takes another part of the form; what is not known is passed over, as forms have always been read.</summary>
    public void Take(string field, string value)
    {
        _ = field switch
        {
            "purpose" => _purpose = value,
            AnchorField => _anchor = value,
            SecondsField => _seconds = value,
            _ => null,
        };
    }

    /// <summary>Refuses a form that is not whole.</summary>
    /// <exception cref="UploadException">Something is missing or wrong.</exception>
    public void Check()
    {
        if (Content is null)
        {
            throw new UploadException("The form has no file; expected a part named 'file' with a filename.", "file");
        }

        if (_purpose != FilePurposes.Batch)
        {
            throw new UploadException($"'purpose' is missing or is none that is served; expected {FilePurposes.Batch}.", "purpose");
        }

        if ((_seconds ?? _anchor) is not null && FileLifetime.Read(_anchor, _seconds ?? "") is null)
        {
            throw new UploadException(FileLifetime.Problem("expires_after"), "expires_after");
        }
    }
}
