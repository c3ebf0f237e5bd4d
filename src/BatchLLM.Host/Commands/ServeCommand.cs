using System.CommandLine;
using System.Net;
using BatchLLM.Host.Jobs;
using BatchLLM.Host.Retention;
using BatchLLM.Host.Service;
using BatchLLM.Host.Service.Access;
using BatchLLM.Host.Service.Webhooks;
using BatchLLM.Host.Work;

namespace BatchLLM.Host.Commands;

/// <summary><c>batchllm serve</c>.</summary>
internal static class ServeCommand
{
    /// <summary>Its name: it hears signals itself.</summary>
    public const string Name = "serve";

    public static Command Create()
    {
        var listen = new Option<string>("--listen")
        {
            Description = "Where to listen. Others reach it at 0.0.0.0 or an address of the network, by plain HTTP: put something " +
                "that speaks TLS in front.",
            HelpName = "url",
            DefaultValueFactory = _ => ListenAddress.Default,
        };
        var keys = new Option<KeyUse?>("--keys")
        {
            Description = "Whether requests need a key (`batchllm keys create`) or a token: needed, or none. Default: none where only " +
                "this machine can reach it and no --jwt-authority is given, else needed.",
        };
        var webhooks = new Option<WebhookReach>("--webhooks")
        {
            Description = "Where webhooks may go: public for addresses of the internet, any for those of this network, too.",
            DefaultValueFactory = _ => WebhookReach.Public,
        };
        var noWorker = new Option<bool>("--no-worker") { Description = "Run no jobs here; `batchllm worker` does, on any machine." };
        var device = DeviceOption.Create(
            "What jobs run on here: only those for this kind of device, on this one. Default: any job, on the device that it names.");
        var database = CommonOptions.Database();
        var keepJobs = KeepOption.Create(
            "--keep-jobs", "jobs that are over, with their shards, firings, batches and messages, unless something refers to them");
        var keepResults = KeepOption.Create(
            "--keep-results", "results of jobs that are over and do not say it themselves (output.keep), which nothing is yet to read,");
        var keepFiles = KeepOption.Create("--keep-files", "files of the OpenAI API, handed in or made, that have no lifetime of their own");
        var (roots, openAi, jwt) = (new RootOptions(), new OpenAiOptions(), new JwtOptions());
        var command = new Command(Name, "Accepts jobs over HTTP, runs them, and shows how they get on.")
        {
            listen, keys, database, noWorker, device, webhooks, keepJobs, keepResults, keepFiles,
        };
        roots.AddTo(command);
        openAi.AddTo(command);
        jwt.AddTo(command);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            var address = ListenAddress.Parse(parsed.GetValue(listen)!);
            var provider = jwt.Read(parsed);
            var use = UseOf(parsed.GetValue(keys), address, provider);
            var places = roots.Read(parsed);
            var settings = new ServiceSettings(address, places, use == KeyUse.Needed)
            {
                OpenAi = openAi.Read(parsed, places),
                Jwt = provider,
                Retention = new RetentionSettings(
                    KeepOption.Read(parsed, keepJobs), KeepOption.Read(parsed, keepFiles), KeepOption.Read(parsed, keepResults)),
                SendsToPrivate = parsed.GetValue(webhooks) == WebhookReach.Any,
                Device = DeviceOption.Read(parsed, device) is { } name ? new WorkerDevice(name) : null,
            };
            CheckDevice(settings.Device, parsed.GetValue(noWorker));
            await using var session = await DatabaseSession.OpenAsync(parsed.GetValue(database), cancellationToken);
            await CheckKeysAsync(settings, session, cancellationToken);
            using var signals = new StopSignals();
            return await RunAsync(
                new ServiceRun(settings, session, terminal, TimeProvider.System), !parsed.GetValue(noWorker), signals);
        });
    }

    private static void CheckDevice(WorkerDevice? device, bool noWorker)
    {
        if (device is not null && noWorker)
        {
            throw new UsageException("--device is what jobs run on here, and --no-worker runs none; leave out one of them.");
        }

        device?.Require();
    }

    private static KeyUse UseOf(KeyUse? said, IPEndPoint address, JwtSettings? provider) => said switch
    {
        KeyUse.None when provider is not null => throw new UsageException("--keys none lets everyone in, so nobody would need a token; leave out --jwt-authority or --keys."),
        { } use => use,
        null => provider is null && IPAddress.IsLoopback(address.Address) ? KeyUse.None : KeyUse.Needed,
    };

    private static async Task CheckKeysAsync(ServiceSettings settings, DatabaseSession session, CancellationToken cancellationToken)
    {
        if (settings is { NeedsKeys: true, Jwt: null } && !(await session.ApiKeys.ListAsync(cancellationToken)).Any(key => key.IsUsable))
        {
            throw new UsageException(
                $"Whoever reaches {settings.Listen} could run jobs, and there is no key yet that they would need. " +
                "`batchllm keys create` makes one; --jwt-authority takes tokens; --keys none lets everyone in.");
        }
    }

    private static async Task<int> RunAsync(ServiceRun service, bool runsJobs, StopSignals signals)
    {
        try
        {
            await service.RunAsync(runsJobs, signals.Drain, signals.Stop);
            return ExitCodes.Ok;
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
    }
}
