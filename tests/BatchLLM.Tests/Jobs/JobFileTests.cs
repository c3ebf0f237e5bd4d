using BatchLLM.Inference;
using BatchLLM.Jobs;
using BatchLLM.Prompts;
using Xunit;

namespace BatchLLM.Tests.Jobs;

public sealed partial class JobFileTests
{
    [Fact]
    public void A_minimal_file_takes_every_default()
    {
        var spec = JobSchema.Parse(JobSchema.Minimal()).Require();

        Assert.Equal(("j", "m", "local", "cpu", null), (spec.Name, spec.Model, spec.Engine, spec.Device, spec.IdColumn));
        Assert.Equal((null, null), (spec.Numerics, spec.KvCache));
        Assert.Equal([new InputSpec("a.jsonl", DataFormat.Auto)], spec.Inputs);
        Assert.Equal(("{{body}}", null, false), (spec.Prompt.Text, spec.Prompt.Messages, spec.Prompt.OpenAiBatch));
        Assert.Equivalent(new SamplingParameters(), spec.Sampling.Defaults);
        Assert.Empty(spec.Sampling.Columns);
        Assert.Equal(new PolicySpec(), spec.Policies);
        Assert.Equivalent(new OutputSpec { Uri = "out" }, spec.Output);
    }

    [Fact]
    public void Every_key_reaches_the_spec()
    {
        var spec = JobSchema.Parse(Everything).Require();

        Assert.Equal(
            [new InputSpec("a.jsonl", DataFormat.Auto), new InputSpec("b", DataFormat.Parquet)], spec.Inputs);
        Assert.Equal([new ChatMessage("system", "Be brief."), new ChatMessage("user", "{{body}}")], spec.Prompt.Messages!);
        Assert.Equal("id", spec.IdColumn);
        Assert.Equal(("w4a16", "fp8"), (spec.Numerics, spec.KvCache));
        Assert.Equivalent(
            new SamplingParameters
            {
                MaxTokens = 64,
                Temperature = 0.7,
                TopP = 0.9,
                TopK = 40,
                Seed = 7,
                Stop = ["END"],
                RepetitionPenalty = 1.1,
                PresencePenalty = -0.5,
                FrequencyPenalty = 0.25,
            },
            spec.Sampling.Defaults);
        Assert.Equal("heat", spec.Sampling.Columns["temperature"]);
        Assert.Equivalent(
            new OutputSpec { Uri = "out", Format = DataFormat.Parquet, Columns = ["a", "b"], TokenIds = true, Keep = TimeSpan.FromDays(30) },
            spec.Output);
        Assert.Equal(
            new PolicySpec { OverlongPrompt = OverlongPolicy.TruncateMiddle, ErrorBudgetShare = 0.05, TimeBudget = TimeSpan.FromMinutes(90), RowsPerShard = 10 },
            spec.Policies);
    }

    [Theory]
    [InlineData("\"sampling\":{\"max_tokens\":0}", "sampling.max_tokens is 0; expected 1 to 1048576")]
    [InlineData("\"sampling\":{\"max_tokens\":-1}", "sampling.max_tokens is -1; expected 1 to 1048576")]
    [InlineData("\"sampling\":{\"max_tokens\":1048577}", "sampling.max_tokens is 1048577; expected 1 to 1048576")]
    [InlineData(
        "\"sampling\":{\"max_tokens\":1.5}",
        "sampling.max_tokens is 1.5; expected a whole number, written without a fraction or an exponent")]
    [InlineData(
        "\"sampling\":{\"max_tokens\":1e3}",
        "sampling.max_tokens is 1e3; expected a whole number, written without a fraction or an exponent")]
    [InlineData("\"sampling\":{\"max_tokens\":\"64\"}", "sampling.max_tokens is a text of 2 characters; expected a whole number")]
    [InlineData("\"sampling\":{\"max_tokens\":null}", "sampling.max_tokens is null; expected a whole number")]
    [InlineData("\"sampling\":{\"temperature\":\"NaN\"}", "sampling.temperature is a text of 3 characters; expected a number")]
    [InlineData("\"sampling\":{\"temperature\":1e999}", "sampling.temperature is 1e999; expected 0 to 2")]
    [InlineData("\"sampling\":{\"temperature\":2.01}", "sampling.temperature is 2.01; expected 0 to 2")]
    [InlineData("\"sampling\":{\"top_p\":0}", "sampling.top_p is 0; expected above 0 and at most 1")]
    [InlineData("\"sampling\":{\"top_k\":-1}", "sampling.top_k is -1; expected 0 to 1000000")]
    [InlineData("\"sampling\":{\"seed\":-1}", "sampling.seed is -1; expected 0 to 9223372036854775807")]
    [InlineData("\"sampling\":{\"repetition_penalty\":0}", "sampling.repetition_penalty is 0; expected above 0 and at most 10")]
    [InlineData("\"sampling\":{\"presence_penalty\":3}", "sampling.presence_penalty is 3; expected -2 to 2")]
    [InlineData("\"sampling\":{\"stop\":\"\"}", "sampling.stop is empty; expected at least one character")]
    [InlineData("\"sampling\":{\"stop\":[\"a\",\"\"]}", "sampling.stop.1 is empty; expected at least one character")]
    [InlineData("\"sampling\":{\"stop\":5}", "sampling.stop is 5; expected a text or an array")]
    [InlineData("\"sampling\":{\"max_token\":5}", "unknown key 'sampling.max_token'; did you mean 'max_tokens'?")]
    [InlineData("\"sampling\":{\"columns\":{\"temprature\":\"t\"}}", "unknown key 'sampling.columns.temprature'; did you mean 'temperature'?")]
    [InlineData("\"smapling\":{}", "unknown key 'smapling'; did you mean 'sampling'?")]
    [InlineData(
        "\"policies\":{\"whatever\":1}",
        "unknown key 'policies.whatever'; expected one of overlong_prompt, error_budget, time_budget, rows_per_shard")]
    [InlineData(
        "\"policies\":{\"overlong_prompt\":\"cut\"}",
        "policies.overlong_prompt is 'cut'; expected one of fail, truncate_head, truncate_tail, truncate_middle")]
    [InlineData(
        "\"policies\":{\"error_budget\":\"101%\"}",
        "policies.error_budget is '101%'; expected a text that matches ^(100|[0-9]{1,2}(\\.[0-9]{1,6})?)%$")]
    [InlineData("\"policies\":{\"error_budget\":-1}", "policies.error_budget is -1; expected 0 to 9223372036854775807")]
    [InlineData("\"policies\":{\"error_budget\":true}", "policies.error_budget is true; expected a whole number or a text")]
    [InlineData("\"policies\":{\"time_budget\":\"0h\"}", "policies.time_budget is '0h'; expected a text that matches ^[1-9][0-9]{0,5}[smhd]$")]
    [InlineData("\"policies\":{\"time_budget\":\"1w\"}", "policies.time_budget is '1w'; expected a text that matches ^[1-9][0-9]{0,5}[smhd]$")]
    [InlineData("\"policies\":{\"rows_per_shard\":0}", "policies.rows_per_shard is 0; expected 1 to 1000000")]
    [InlineData("\"policies\":[]", "policies is an array; expected an object")]
    [InlineData("\"engine\":\"gpu\"", "engine is 'gpu'; expected one of local, echo")]
    [InlineData(
        "\"numerics\":\"fp16\"",
        "numerics is 'fp16'; expected one of bf16, w8a8-static, w8a8-dynamic, w8a8-int8, w4a16, w4a8, w4a4-emulated")]
    [InlineData("\"kv_cache\":\"int8\"", "kv_cache is 'int8'; expected one of full, fp8, bf16")]
    [InlineData("\"id_column\":\"\"", "id_column is empty; expected at least one character")]
    public void A_bad_value_is_named_with_what_was_expected(string more, string expected)
    {
        var problem = Assert.Single(JobSchema.Parse(JobSchema.Minimal("," + more)).Problems);

        Assert.Equal(expected, problem.Message);
    }

    [Theory]
    [InlineData("0d")]
    [InlineData("100000d")]
    [InlineData("4w")]
    [InlineData("forever")]
    public void How_long_results_are_kept_is_a_number_and_a_unit(string keep) => Assert.Contains(
        $"output.keep is '{keep}'; expected a text that matches",
        JobSchema.Problems(JobSchema.Minimal(), $"output.keep={keep}"), StringComparison.Ordinal);

    [Theory]
    [InlineData("{\"messages\":[],\"text\":\"a\"}", "prompt has 2 keys; expected exactly one of messages, text, messages_column, openai_batch")]
    [InlineData("{}", "prompt has 0 keys; expected exactly one of messages, text, messages_column, openai_batch")]
    [InlineData("\"Sum up {{body}}\"", "prompt is a text of 15 characters; expected an object")]
    [InlineData("{\"messages\":[]}", "prompt.messages is empty; expected at least one item")]
    [InlineData("{\"messages\":[{\"role\":\"user\"}]}", "prompt.messages.0 lacks the key 'content'")]
    [InlineData("{\"messages_column\":\"\"}", "prompt.messages_column is empty; expected at least one character")]
    [InlineData("{\"messages_column\":[]}", "prompt.messages_column is an array; expected a text")]
    [InlineData("{\"openai_batch\":false}", "prompt.openai_batch is false; expected true, or no such key")]
    [InlineData(
        "{\"text\":\"Sum up {{body\"}",
        "prompt.text: the placeholder at character 8 is not closed; expected '}}' after the column's name; write '{{{{' for a literal '{{'")]
    [InlineData(
        "{\"messages\":[{\"role\":\"user\",\"content\":\"{{ }}\"}]}",
        "prompt.messages.0.content: the placeholder at character 1 names no column; write '{{{{' for a literal '{{'")]
    public void A_bad_prompt_is_refused(string prompt, string expected)
    {
        var problems = JobSchema.Parse(JobSchema.Minimal(), $"prompt={prompt}").Problems;

        Assert.Equal(expected, problems[0].Message);
    }

    [Theory]
    [InlineData("\"a b\"")]
    [InlineData("\"a\\n\"")]
    [InlineData("\"\"")]
    public void A_name_is_made_of_plain_characters(string name)
    {
        var json = JobSchema.Minimal().Replace("\"j\"", name, StringComparison.Ordinal);

        Assert.StartsWith("name is '", Assert.Single(JobSchema.Parse(json).Problems).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5%", 0.05)]
    [InlineData("0.5%", 0.005)]
    [InlineData("0%", 0)]
    [InlineData("100%", 1)]
    public void An_error_budget_may_be_a_share(string budget, double share)
    {
        var policies = JobSchema.Parse(JobSchema.Minimal(), $"policies.error_budget={budget}").Require().Policies;

        Assert.Equal((null, share), (policies.ErrorBudgetRows, policies.ErrorBudgetShare!.Value));
    }

    [Fact]
    public void Request_lines_leave_no_room_for_keys_without_effect()
    {
        const string Json =
            """
            {"name":"j","model":"m","input":"a","prompt":{"openai_batch":true},"output":{"uri":"o"},
            "id_column":"ticket","sampling":{"columns":{"seed":"s"}}}
            """;

        Assert.Equal(
            """
            job.json:2:13: id_column is 'ticket'; OpenAI batch requests are named by custom_id, remove the key
            job.json:2:44: sampling.columns has no effect on OpenAI batch requests, whose bodies say it; remove the key
            """,
            JobSchema.Problems(Json));
    }

    [Fact]
    public void A_refused_file_is_an_exception_of_the_outside_world_with_every_problem()
    {
        var result = JobSchema.Parse(JobSchema.Minimal(",\"enginee\":1,\"devise\":2"));

        Assert.Equal(
            """
            job.json:1:95: unknown key 'enginee'; did you mean 'engine'?
            job.json:1:107: unknown key 'devise'; did you mean 'device'?
            """,
            Assert.Throws<BatchLLMException>(() => result.Require()).Message);
    }

    [Fact]
    public void No_text_of_a_prompt_stands_in_a_problem()
    {
        const string Secret = "the secret of the prompt";
        var problems = JobSchema.Problems(
            JobSchema.Minimal(), $"prompt.text=[\"{Secret}\"]", $"prompt.messages={Secret}", $"prompt.openai_batch={Secret}");

        Assert.NotEmpty(problems);
        Assert.DoesNotContain("secret", problems, StringComparison.Ordinal);
    }

    internal const string Everything =
        """
        {
          "$schema": "./job.schema.json",
          "name": "everything",
          "model": "models/tiny",
          "input": ["a.jsonl", { "uri": "b", "format": "parquet" }],
          "prompt": { "messages": [{ "role": "system", "content": "Be brief." }, { "role": "user", "content": "{{body}}" }] },
          "id_column": "id",
          "sampling": {
            "max_tokens": 64, "temperature": 0.7, "top_p": 0.9, "top_k": 40, "seed": 7, "stop": "END",
            "repetition_penalty": 1.1, "presence_penalty": -0.5, "frequency_penalty": 0.25,
            "columns": {
              "max_tokens": "c0", "temperature": "heat", "top_p": "c1", "top_k": "c2", "seed": "c3", "stop": "c4",
              "repetition_penalty": "c5", "presence_penalty": "c6", "frequency_penalty": "c7"
            }
          },
          "output": { "uri": "out", "format": "parquet", "columns": ["a", "b"], "token_ids": true, "keep": "30d" },
          "incremental": "out/{{date-1}}",
          "canary": { "rows": 200, "max_failed": "1.5%", "max_truncated": "0%" },
          "policies": { "overlong_prompt": "truncate_middle", "error_budget": "5%", "time_budget": "90m", "rows_per_shard": 10 },
          "engine": "local",
          "device": "cpu",
          "numerics": "w4a16",
          "kv_cache": "fp8"
        }
        """;
}
