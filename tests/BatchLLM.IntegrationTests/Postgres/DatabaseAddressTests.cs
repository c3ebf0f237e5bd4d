using BatchLLM.Postgres.Database;
using Npgsql;
using Xunit;

namespace BatchLLM.IntegrationTests.Postgres;

public sealed class DatabaseAddressTests
{
    [Theory]
    [InlineData("postgres://ada:pw@db.example:6543/batches", "ada@db.example:6543/batches")]
    [InlineData("postgresql://db.example/batches", "db.example:5432/batches")]
    [InlineData("postgres://ada@[::1]:6543/b", "ada@[::1]:6543/b")]
    [InlineData("postgres://a%40b:p%2Fw@h/x%20y", "a@b@h:5432/x y")]
    [InlineData("postgres://h1:5433,h2:5434/b", "h1:5433,h2:5434/b")]
    [InlineData("postgres:///b?host=/run/postgresql", "/run/postgresql/b")]
    [InlineData("postgres://ada@/b", "ada@localhost:5432/b")]
    [InlineData("Host=db.example;Username=ada;Password=pw;Database=b", "ada@db.example:5432/b")]
    [InlineData("Server=db.example;Port=1;User Id=ada", "ada@db.example:1/ada")]
    public void An_address_is_shown_without_its_password(string text, string display) =>
        Assert.Equal(display, DatabaseAddress.Parse(text).ToString());

    [Fact]
    public void A_URL_says_the_same_as_keywords()
    {
        var url = Parse("postgres://a%40b:p%2Fw@db:6543/x?sslmode=verify-full&application_name=nightly&connect_timeout=3");

        Assert.Equal(("a@b", "p/w", "db", 6543, "x"), (url.Username, url.Password, url.Host, url.Port, url.Database));
        Assert.Equal((SslMode.VerifyFull, "nightly", 3), (url.SslMode, url.ApplicationName, url.Timeout));
    }

    [Fact]
    public void What_a_user_leaves_open_is_filled_in()
    {
        var address = Parse("Host=db");

        Assert.Equal(("batchllm", 10), (address.ApplicationName, address.Timeout));
        Assert.Equal((16, 30), (address.MaxPoolSize, address.ConnectionIdleLifetime));
    }

    [Fact]
    public void What_a_user_says_of_the_pool_stands()
    {
        var address = Parse("Host=db;Maximum Pool Size=3;Connection Idle Lifetime=7");

        Assert.Equal((3, 7), (address.MaxPoolSize, address.ConnectionIdleLifetime));
    }

    [Theory]
    [InlineData("s3cret")]
    [InlineData("Host=db;Password=s3cret;Colour=s3cret")]
    [InlineData("postgres://ada:s3cret@db:port-s3cret/x")]
    [InlineData("postgres://ada:s3cret@db/x?colour=s3cret")]
    public void What_is_no_address_is_refused_without_repeating_it(string text)
    {
        var error = Assert.Throws<BatchLLMException>(() => DatabaseAddress.Parse(text));

        Assert.Contains("postgres://user@host:5432/database", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
    }

    private static NpgsqlConnectionStringBuilder Parse(string text) =>
        new(DatabaseAddress.Parse(text).ConnectionString);
}
