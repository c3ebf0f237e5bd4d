using BatchLLM.Host.Service.OpenAi.Batches;
using BatchLLM.Host.Service.OpenAi.Files;
using BatchLLM.Host.Service.OpenAi.Keeping;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace BatchLLM.Host.Service.OpenAi;

/// <summary>What the OpenAI API is put together from, and what carries batches on beside it.</summary>
internal static class OpenAiServices
{
    /// <summary>Adds it; before the services of problem details, of whose writers the first that can is taken.</summary>
    /// <param name="services">The application's.</param>
    /// <param name="settings">The command line.</param>
    /// <param name="state">Durable state.</param>
    /// <param name="log">Receives a line for what happens to a batch.</param>
    /// <param name="time">The clock.</param>
    public static void AddTo(
        IServiceCollection services, OpenAiSettings settings, DatabaseSession state, TextWriter log, TimeProvider time)
    {
        services.AddSingleton<IProblemDetailsWriter, ErrorEnvelope>();
        services.AddSingleton(settings).AddSingleton<OpenAiPlaces>().AddSingleton(new BatchLog(log, time));
        services.AddSingleton(state.Files).AddSingleton(state.Batches);
        services.AddSingleton<UploadReader>().AddSingleton<FileLookup>().AddSingleton<BatchLookup>().AddSingleton<ModelCatalog>();
        services.AddSingleton<BatchIntake>().AddSingleton<BatchFinish>().AddSingleton<BatchKeeping>().AddSingleton<FileSweep>();
        services.AddHostedService<BatchKeeper>();
    }
}
