using BatchLLM.Inference;
using BatchLLM.Prompts;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Prompts;

public sealed class OpenAiPromptsTests
{
    private const string Chat = "/v1/chat/completions";
    private const string Text = "/v1/completions";
    private const string Messages = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";
    private static readonly OpenAiPrompts Prompts = new(new SamplingParameters { MaxTokens = 99, TopK = 3 });

    [Fact]
    public void A_chat_request_is_its_messages_with_the_jobs_sampling_where_it_says_none()
    {
        var prompt = Build($"{{\"model\":\"any\",{Messages},\"temperature\":0.5,\"user\":\"u\",\"unheard_of\":1}}");

        Assert.Null(prompt.Error);
        Assert.True(prompt.Draft!.IsChat);
        Assert.Equal([new ChatMessage("user", "Hi")], prompt.Draft.Messages.Select(message => message.ToMessage()));
        Assert.True(prompt.Draft.Parts.All(part => part.IsData));
        Assert.Equivalent(new SamplingParameters { MaxTokens = 99, TopK = 3, Temperature = 0.5 }, prompt.Sampling);
    }

    [Fact]
    public void A_text_request_is_its_prompt()
    {
        var prompt = Build("{\"prompt\":\"Once\",\"max_tokens\":5,\"stop\":[\"a\",\"b\"],\"seed\":-1}", Text);

        Assert.False(prompt.Draft!.IsChat);
        Assert.Equal([new PromptPart("Once", true)], prompt.Draft.Parts);
        Assert.Equivalent(
            new SamplingParameters { MaxTokens = 5, TopK = 3, Stop = ["a", "b"], Seed = ulong.MaxValue }, prompt.Sampling);
    }

    [Fact]
    public void Text_parts_of_a_content_are_one_text()
    {
        var prompt = Build("{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\",\"text\":\"b\"}]}]}");

        Assert.Equal("ab", Assert.Single(prompt.Draft!.Parts).Text);
    }

    [Fact]
    public void The_newer_name_of_max_tokens_wins() =>
        Assert.Equal(7, Build($"{{{Messages},\"max_tokens\":5,\"max_completion_tokens\":7}}").Sampling!.MaxTokens);

    [Theory]
    [InlineData("\"n\":1,\"best_of\":1,\"stream\":false,\"tools\":[],\"logit_bias\":{},\"logprobs\":false,\"suffix\":\"\",\"min_p\":0")]
    [InlineData("\"n\":null,\"stream\":null,\"tools\":null,\"response_format\":null,\"temperature\":null,\"stop\":null")]
    [InlineData("\"response_format\":{\"type\":\"text\"},\"modalities\":[\"text\"]")]
    public void Fields_that_ask_for_nothing_are_no_fault(string fields) =>
        Assert.Null(Build($"{{{Messages},{fields}}}").Error);

    [Theory]
    [InlineData("\"tools\":[{}]", "body.tools is not supported; leave it out")]
    [InlineData("\"functions\":[{}]", "body.functions is not supported; leave it out")]
    [InlineData("\"logprobs\":true", "body.logprobs is not supported; leave it out")]
    [InlineData("\"top_logprobs\":2", "body.top_logprobs is not supported; leave it out")]
    [InlineData("\"logit_bias\":{\"5\":1}", "body.logit_bias is not supported; leave it out")]
    [InlineData("\"guided_regex\":\"a+\"", "body.guided_regex is not supported; leave it out")]
    [InlineData("\"min_p\":0.1", "body.min_p is not supported; leave it out")]
    [InlineData("\"stream\":true", "body.stream is true; a batch has no stream, leave it out")]
    [InlineData("\"n\":2", "body.n is not 1; one completion a request is supported")]
    [InlineData("\"n\":\"1\"", "body.n is not 1; one completion a request is supported")]
    [InlineData("\"best_of\":3", "body.best_of is not 1; one completion a request is supported")]
    [InlineData("\"reasoning_effort\":\"low\"", "body.reasoning_effort is not supported; leave it out")]
    [InlineData("\"modalities\":[\"text\",\"audio\"]", "body.modalities asks for more than text; only text is supported")]
    [InlineData("\"response_format\":{\"type\":\"json_object\"}", "body.response_format is not of type text; only text is supported")]
    public void Fields_that_would_change_the_answer_are_refused_by_name(string field, string expected) =>
        Assert.Equal(new RowError(RowErrorCodes.InvalidRequest, expected), Build($"{{{Messages},{field}}}").Error);

    [Theory]
    [InlineData("\"max_tokens\":0", "body.max_tokens is 0; expected 1 to 1048576")]
    [InlineData("\"max_completion_tokens\":0", "body.max_tokens is 0; expected 1 to 1048576")]
    [InlineData("\"temperature\":1e999", "body.temperature is Infinity; expected 0 to 2")]
    [InlineData("\"temperature\":\"0.5\"", "body.temperature is of type text; expected a number")]
    [InlineData("\"stop\":[\"\"]", "body.stop text 1 is empty; expected at least one character")]
    public void Bad_sampling_is_refused_with_its_range(string field, string expected) =>
        Assert.Equal(new RowError(RowErrorCodes.InvalidParameter, expected), Build($"{{{Messages},{field}}}").Error);

    [Theory]
    [InlineData("{}", "body.messages is missing or empty; expected an array of messages")]
    [InlineData("{\"messages\":[]}", "body.messages is missing or empty; expected an array of messages")]
    [InlineData("{\"messages\":\"Hi\"}", "body.messages is missing or empty; expected an array of messages")]
    [InlineData("{\"messages\":[5]}", "body.messages[0] is not a role and a text content")]
    [InlineData("{\"messages\":[{\"role\":\"user\"}]}", "body.messages[0] is not a role and a text content")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":null}]}", "body.messages[0] is not a role and a text content")]
    [InlineData(
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{}}]}]}",
        "body.messages[0] is not a role and a text content")]
    [InlineData(
        "{\"messages\":[{\"role\":\"user\",\"content\":\"\\ud800\"}]}",
        "body escapes half of a surrogate pair; expected both halves or neither")]
    [InlineData(
        "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"mess\\udc00ages\":1}",
        "body escapes half of a surrogate pair; expected both halves or neither")]
    [InlineData("[]", "body is not a JSON object")]
    public void A_body_of_another_shape_is_refused(string body, string expected) =>
        Assert.Equal(new RowError(RowErrorCodes.InvalidRequest, expected), Build(body).Error);

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"prompt\":[1,2,3]}")]
    [InlineData("{\"prompt\":[\"a\",\"b\"]}")]
    public void A_prompt_that_is_not_one_text_is_refused(string body) =>
        Assert.Equal("body.prompt is not a text; one text is supported", Build(body, Text).Error!.Message);

    [Fact]
    public void Empty_messages_are_an_empty_prompt() => Assert.Equal(
        new RowError(RowErrorCodes.EmptyPrompt, "every message is empty; expected text"),
        Build("{\"messages\":[{\"role\":\"user\",\"content\":\" \"}]}").Error);

    [Theory]
    [InlineData("GET", Chat, "method is not POST; expected POST")]
    [InlineData(null, Chat, "method is not POST; expected POST")]
    [InlineData("POST", "/v1/embeddings", "url is not served; expected /v1/chat/completions or /v1/completions")]
    [InlineData("POST", null, "url is not served; expected /v1/chat/completions or /v1/completions")]
    public void Another_method_or_url_is_refused(string? method, string? url, string expected)
    {
        var columns = new[] { ("method", method), ("url", url) }
            .Where(item => item.Item2 is not null)
            .Select(item => (item.Item1, RowValue.FromText(item.Item2!)));

        var error = Prompts.Build(Rows.Of([.. columns, ("body", RowValue.FromJson($"{{{Messages}}}"))])).Error;

        Assert.Equal(new RowError(RowErrorCodes.InvalidRequest, expected), error);
    }

    [Fact]
    public void A_request_without_a_body_is_refused() => Assert.Equal(
        "body is missing or no JSON object; expected one",
        Prompts.Build(Rows.OfText(("method", "POST"), ("url", Chat))).Error!.Message);

    private static RowPrompt Build(string body, string url = Chat) => Prompts.Build(Rows.Of(
        ("custom_id", RowValue.FromText("r1")), ("method", RowValue.FromText("POST")), ("url", RowValue.FromText(url)),
        ("body", RowValue.FromJson(body))));
}
