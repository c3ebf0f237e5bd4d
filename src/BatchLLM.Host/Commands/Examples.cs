namespace BatchLLM.Host.Commands;

/// <summary>Lines for the end of each command's help.</summary>
internal static class Examples
{
    private static readonly Dictionary<string, string[]> ByCommand = new()
    {
        ["run"] =
        [
            "batchllm run jobs/demo/tickets.job.json",
            "batchllm run job.json --input 'data/2026-*.parquet' --output out/2026 --set sampling.max_tokens=32",
            "batchllm run job.json --json > summary.json",
            "batchllm run job.json --engine echo --output /tmp/echo",
        ],
        ["status"] = ["batchllm status", "batchllm status demo-tickets", "batchllm status 12 --json"],
        ["resume"] = ["batchllm resume", "batchllm resume 12", "batchllm resume 12 --error-budget 5%"],
        ["approve"] = ["batchllm approve 12", "batchllm approve demo-tickets"],
        ["retry"] = ["batchllm retry 12", "batchllm retry demo-tickets --error engine_error"],
        ["cancel"] = ["batchllm cancel 12", "batchllm cancel demo-tickets"],
        ["worker"] =
        [
            "batchllm worker --database postgres://batch@db/batch",
            "batchllm worker --model models/llama-3.1-8b --model models/llama-3.2-1b",
            "batchllm worker --device cuda:1",
        ],
        ["serve"] =
        [
            "batchllm serve --root /srv/batch --models /srv/models",
            "batchllm serve --listen http://127.0.0.1:9000 --root s3://bucket/jobs --models models --database postgres://db/batch",
            "curl --json @job.json http://127.0.0.1:8402/api/jobs",
        ],
        ["validate"] =
        [
            "batchllm validate jobs/demo/tickets.job.json",
            "batchllm validate job.json --measure 60 --report reports/job",
            "batchllm validate job.json --measure 0 --json",
        ],
        ["keys"] =
        [
            "batchllm keys create --tenant search --role submit --name 'nightly corpus' --days 365",
            "batchllm keys list",
            "batchllm keys revoke 3",
        ],
        ["create"] =
        [
            "batchllm keys create --tenant search --role submit --name 'nightly corpus' --days 365",
            "KEY=$(batchllm keys create --role admin)",
        ],
        ["list"] = ["batchllm keys list", "batchllm keys list --json"],
        ["tenants"] = ["batchllm tenants", "batchllm tenants limit search 16"],
        ["limit"] = ["batchllm tenants limit search 16", "batchllm tenants limit search none"],
        ["prune"] = ["batchllm prune --keep-jobs 365d --keep-results 90d --dry-run", "batchllm prune --keep-jobs 365d --keep-results 90d"],
        ["webhooks"] = ["batchllm webhooks", "batchllm webhooks add https://hooks.example.com/batches --tenant search", "batchllm webhooks remove 2"],
        ["add"] = ["batchllm webhooks add https://hooks.example.com/batches --tenant search"],
        ["remove"] = ["batchllm webhooks remove 2"],
        ["revoke"] = ["batchllm keys revoke 3"],
        ["inspect"] =
        [
            "batchllm inspect jobs/demo/model",
            "batchllm inspect models/llama-3.1-8b --device cuda",
            "batchllm inspect jobs/demo/input/tickets-a.parquet",
        ],
        ["tokenize"] =
        [
            "echo '\"Hello, world!\"' | batchllm tokenize --model jobs/demo/model",
            "batchllm tokenize --model jobs/demo/model --decode < ids.jsonl",
        ],
        ["render"] =
        [
            "echo '[{\"role\": \"user\", \"content\": \"Hello\"}]' | batchllm render --model jobs/demo/model",
            "batchllm render --model models/llama --no-generation-prompt < conversations.jsonl",
        ],
        ["compare"] =
        [
            "batchllm compare jobs/demo/model models/demo-fp8 --prompts jobs/demo/tickets.job.json",
            "batchllm compare jobs/demo/model models/demo-fp8 --prompts jobs/demo/tickets.job.json " +
                "--input jobs/demo/heldout/tickets.jsonl --expected expected --json",
            "batchllm compare models/a models/b --prompts questions.parquet --column question --max-tokens 32 --rows 200",
        ],
        ["quantize"] =
        [
            "batchllm quantize --from jobs/demo/model --to out/model-int8 --format int8",
            "batchllm quantize --from jobs/demo/model --to out/model-fp8 --format fp8 --kv-cache fp8 " +
                "--calibration jobs/demo/tickets.job.json",
            "batchllm quantize --from jobs/demo/model --to out/model-nvfp4 --format nvfp4 " +
                "--calibration jobs/demo/input/tickets-a.parquet --column body --samples 256",
        ],
        ["bench"] =
        [
            "batchllm bench --shape tiny",
            "batchllm bench --shape llama-3.2-1b --precision fp8 --prompt 512 --output 64 --batch 32,64 --report fp8.json",
            "batchllm bench --prompt 1100 --output 50 --batch 64 --shared 1000 --group 16",
            "batchllm bench --shape models/llama/config.json --precision int8 --json",
            "batchllm bench --shape llama-3.1-8b --precision fp8 --batch 64,256 --device cuda",
        ],
        ["migrate"] = ["batchllm migrate", "batchllm migrate --database 'Host=db;Database=batch;Username=batch'"],
    };

    private static readonly string[] Root =
    [
        "batchllm run jobs/demo/tickets.job.json",
        "batchllm status",
        "batchllm resume",
    ];

    /// <summary>The examples of a command; those of the root for any other name.</summary>
    public static IReadOnlyList<string> Of(string command) => ByCommand.GetValueOrDefault(command, Root);
}
