using BatchLLM.Rows;

namespace BatchLLM.Host.Service.OpenAi.Files;

/// <summary>A form as far as it has been read.</summary>
internal sealed class Upload
{
    private const string LifetimeField = "expires_after";
    private const string AnchorField = $"{LifetimeField}[anchor]";
    private const string SecondsField = $"{LifetimeField}[seconds]";

    private string? _purpose;
    private string? _lifetime;
    private string? _anchor;
    private string? _seconds;

    /// <summary>What the file is called; null before it came.</summary>
    public string? Name { get; private set; }

    /// <summary>What was written; null before it was.</summary>
    public BlobDigest? Content { get; private set; }

    /// <summary>After which the file goes by itself; null for never.</summary>
    /// <remarks>The API's clients send a field for each member; one field of JSON is what people write by hand.</remarks>
    public TimeSpan? Lifetime => (_lifetime, _anchor, _seconds) switch
    {
        ({ } json, null, null) => FileLifetime.Parse(json),
        (null, var anchor, { } seconds) => FileLifetime.Read(anchor, seconds),
        _ => null,
    };

    /// <summary>Takes the file.</summary>
    public void Take(string name, BlobDigest content) => (Name, Content) = (name, content);

    /// <summary>Takes another part of the form; what is not known is passed over, as forms have always been read.</summary>
    public void Take(string field, string value)
    {
        _ = field switch
        {
            "purpose" => _purpose = value,
            LifetimeField => _lifetime = value,
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

        if ((_lifetime ?? _seconds ?? _anchor) is not null && Lifetime is null)
        {
            throw new UploadException(FileLifetime.Problem(LifetimeField), LifetimeField);
        }
    }
}
