using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using BatchLLM.Host.Service.Access;
using BatchLLM.Host.Service.Errors;
using BatchLLM.Host.Service.Jobs;
using BatchLLM.Host.Service.OpenAi;
using BatchLLM.Host.Service.Output;
using BatchLLM.Host.Service.Pages;
using BatchLLM.Host.Service.Retention;
using BatchLLM.Host.Service.Schedules;
using BatchLLM.Host.Service.Telemetry;
using BatchLLM.Host.Service.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BatchLLM.Host.Service;

/// <summary>The service's web application: what it is put together from, in the order that a request meets it.</summary>
internal static class ServiceApp
{
    /// <summary>Bytes of a request's body at most: a job file is text that people write.</summary>
    public const int MostBodyBytes = 1 << 20;

    private const int MostHeaderBytes = 16 << 10;

    private static readonly TimeSpan HeaderTime = TimeSpan.FromSeconds(10);

    // Answers that do not stream come from one statement or two; what takes longer waits for a database that is away.
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(30);

    /// <summary>Builds it; the caller starts it and disposes it.</summary>
    /// <param name="settings">The command line.</param>
    /// <param name="state">Durable state, which stays the caller's.</param>
    /// <param name="log">Receives a line for each request that is refused or fails.</param>
    /// <param name="time">The clock.</param>
    /// <remarks>From an empty builder: no environment variable, no file and no library's default changes what it does.</remarks>
    public static WebApplication Create(
        ServiceSettings settings, DatabaseSession state, TextWriter log, TimeProvider time)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => Limit(options, settings));
        OpenAiServices.AddTo(builder.Services, settings.OpenAi, state, log, time);
        AddServices(builder.Services, settings, state, new ServiceLog(log, time), time);
        var app = builder.Build();
        app.Use(app.Services.GetRequiredService<ServiceLog>().InvokeAsync);
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        if (!settings.NeedsKeys && IPAddress.IsLoopback(settings.Listen.Address))
        {
            app.Use(BrowserGuard.InvokeAsync);
        }

        app.Use(app.Services.GetRequiredService<SessionGuard>().InvokeAsync);
        app.Use(app.Services.GetRequiredService<KeyGuard>().InvokeAsync);
        app.UseRateLimiter();
        app.UseRequestTimeouts();
        Map(app);
        return app;
    }

    private static void Limit(KestrelServerOptions options, ServiceSettings settings)
    {
        options.Listen(settings.Listen);
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = MostBodyBytes;
        options.Limits.MaxRequestHeadersTotalSize = MostHeaderBytes;
        options.Limits.RequestHeadersTimeout = HeaderTime;
    }

    private static void AddServices(
        IServiceCollection services, ServiceSettings settings, DatabaseSession state, ServiceLog log, TimeProvider time)
    {
        services.AddRoutingCore();
        services.AddSingleton(state.ApiKeys).AddSingleton<KeyRing>().AddSingleton<FailedAttempts>();
        services.AddSingleton(found => new KeyGuard(
            found.GetRequiredService<KeyRing>(), found.GetService<JwtReader>(), found.GetRequiredService<FailedAttempts>(), settings.NeedsKeys));
        if (settings.Jwt is { } jwt)
        {
            services.AddSingleton(_ => new JwtReader(jwt, time));
        }

        RequestRate.AddTo(services);
        PageServices.AddTo(services, settings, state);
        services.AddProblemDetails();
        services.AddExceptionHandler<FaultHandler>();
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true); // its message names the parameter
        services.AddRequestTimeouts(options => options.DefaultPolicy = TooSlow(AnswerTime));
        services.ConfigureHttpJsonOptions(options => UseNames(options.SerializerOptions));
        OpenApiDocuments.AddTo(services);
        MetricsEndpoint.AddTo(services);
        WebhookServices.AddTo(services, state.Webhooks, settings.SendsToPrivate);
        services.AddSingleton<IHostLifetime, CommandLifetime>();
        services.AddSingleton(log).AddSingleton(time).AddSingleton(settings.Roots);
        services.AddSingleton(state.Store).AddSingleton(state.Queue).AddSingleton(state.Workers).AddSingleton(state.Preflights);
        services.AddSingleton<JobIntake>().AddSingleton<JobLookup>().AddSingleton<JobViews>().AddSingleton<JobWatches>();
        services.AddSingleton<ResultStream>().AddSingleton(_ => new PreflightDesk(state.Preflights, settings.Device, time));
        ScheduleServices.AddTo(services, state);
        RetentionServices.AddTo(services, settings.Retention, state);
    }

    /// <summary>A limit of time, and the problem when it is over.</summary>
    internal static RequestTimeoutPolicy TooSlow(TimeSpan limit) => new()
    {
        Timeout = limit,
        TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
        WriteTimeoutResponse = context => Problems.Of(
            StatusCodes.Status503ServiceUnavailable,
            "It took too long",
            $"There was no answer within {limit.TotalSeconds} seconds; try again later.").ExecuteAsync(context),
    };

    /// <summary>As <see cref="Terminal.JsonOptions"/>, without line breaks.</summary>
    private static void UseNames(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = Terminal.JsonOptions.PropertyNamingPolicy;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.Encoder = Terminal.JsonOptions.Encoder;
        options.NumberHandling = JsonNumberHandling.Strict;
    }

    private static void Map(WebApplication app)
    {
        HealthEndpoints.Map(app);
        MetricsEndpoint.Map(app);
        OpenApiDocuments.Map(app);
        OpenAiEndpoints.Map(app);
        var api = app.MapGroup("/api");
        PreflightEndpoint.Map(api);
        ScheduleEndpoints.Map(api);
        var jobs = api.MapGroup("/jobs").WithTags("Jobs");
        SubmitEndpoint.Map(jobs);
        ListEndpoint.Map(jobs);
        GetEndpoint.Map(jobs);
        TransitionEndpoints.Map(jobs);
        EventsEndpoint.Map(jobs);
        ResultEndpoints.Map(jobs);
        ReceiptEndpoint.Map(jobs);
        CanaryEndpoint.Map(jobs);
        PageEndpoints.Map(app);
    }
}
