using System.CommandLine;
using BatchLLM.Blobs;
using BatchLLM.Host.Service.Access;
using BatchLLM.Host.Service.OpenAi;

namespace BatchLLM.Host.Commands;

/// <summary>Where a service keeps what clients of the OpenAI API hand in.</summary>
internal sealed class OpenAiOptions
{
    private readonly Option<string?> _data = new("--data")
    {
        Description = "Folder, az:// or s3:// address where files of the OpenAI API are kept, and what batches make of them; below no " +
            "--root, so that no job reads another's. Workers elsewhere must reach it by the same name. Default: openai/ in your data directory.",
        HelpName = "address",
    };

    private readonly Option<long> _most = new("--max-file-bytes")
    {
        Description = "Bytes of an uploaded file at most.",
        HelpName = "bytes",
        DefaultValueFactory = _ => OpenAiSettings.DefaultMostFileBytes,
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_data);
        command.Options.Add(_most);
    }

    /// <summary>The settings of one command line.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="roots">What jobs may name.</param>
    /// <exception cref="UsageException">Jobs could read the files, or the most is none.</exception>
    /// <exception cref="BatchLLMException">The place is no address.</exception>
    public OpenAiSettings Read(ParseResult parsed, JobRoots roots)
    {
        var place = parsed.GetValue(_data) is { } said
            ? BlobUri.FromText(said, Directory.GetCurrentDirectory())
            : BlobUri.FromText(RootOptions.DefaultFolder("openai"), "/");
        if (place.AsSpan().ContainsAny('*', '?'))
        {
            throw new UsageException($"--data: {place} has a wildcard; expected one folder's address.");
        }

        if (roots.Hold(place))
        {
            throw new UsageException(
                $"--data: {place} lies below a --root, so jobs could read files that others handed in. Choose another place for one of them.");
        }

        return parsed.GetValue(_most) is > 0 and var most
            ? new OpenAiSettings(place, most)
            : throw new UsageException("--max-file-bytes is less than 1; expected a number of bytes.");
    }
}
