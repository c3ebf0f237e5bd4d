using System.Text.Json;
using BatchLLM.Jobs;
using BatchLLM.Planning;

namespace BatchLLM.Host.Jobs;

/// <summary>Keeps what runs of like jobs taught about the lengths of completions. Only the order of rows depends on it.</summary>
/// <param name="store">Where it is kept.</param>
/// <param name="series">The jobs that are alike.</param>
internal sealed class LengthKeeping(IOutputLengthStore store, string series)
{
    private static readonly JsonSerializerOptions Json = new(Terminal.JsonOptions)
    {
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    /// <summary>What earlier runs taught; nothing if there were none, or another version kept it in another form.</summary>
    public async Task<OutputLengths> LoadAsync(CancellationToken cancellationToken)
    {
        var json = await store.FindAsync(series, cancellationToken);
        return json is not null && TryRead(json) is { } profile ? OutputLengths.From(profile) : new OutputLengths();
    }

    /// <summary>Keeps it for the next run.</summary>
    public Task SaveAsync(OutputLengths lengths, CancellationToken cancellationToken) =>
        store.SaveAsync(series, JsonSerializer.Serialize(lengths.ToProfile(), Json), cancellationToken);

    private static OutputLengthProfile? TryRead(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<OutputLengthProfile>(json, Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
