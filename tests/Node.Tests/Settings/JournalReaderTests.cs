using System.Runtime.Versioning;
using ActorLog.Node.Cli;
using Npgsql;

namespace ActorLog.Node.Tests.Settings;

[SupportedOSPlatform("linux")]
public sealed class JournalReaderTests : IDisposable
{
    private const string Hocon =
        "actorlog.aggregator {\n  journal = \"postgresql://al@db/actorlog\"\n  journal-password-file = \"pw\"\n}";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Hosts_database_and_parameters_reach_Npgsql_and_the_ledger_has_a_file_of_its_own()
    {
        WritePassword("secret\n", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var settings = _folder.Read(
            "actorlog.aggregator {\n  journal-password-file = \"pw\"\n  journal = "
            + "\"postgresql://a%40b@db1.example:5433,[::1],%2Frun%2Fpg/logs?sslmode=verify-full&sslrootcert=%2Fca.pem&application_name=x\"\n}")
            .Settings!;

        var postgres = settings.Aggregator.Postgres!;
        Assert.Equal("postgresql://db1.example:5433,[::1]:5432,/run/pg/logs", postgres.Place);
        Assert.Equal(Path.Join(_folder.Path, "pw"), postgres.PasswordFile);
        Assert.Equal(Path.Join(settings.DataDirectory, "ledger.db"), settings.Aggregator.JournalPath);
        var read = new NpgsqlConnectionStringBuilder(postgres.ConnectionString);
        Assert.Equal(("a@b", "logs", "db1.example:5433,[::1]:5432,/run/pg"), (read.Username, read.Database, read.Host));
        Assert.Equal((SslMode.VerifyFull, "/ca.pem", "x"), (read.SslMode, read.RootCertificate, read.ApplicationName));
        Assert.Null(read.Password);
        Assert.DoesNotContain(SettingsSummary.Lines(settings), static line => line.Contains("secret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("secret", "0644", "'pw' may be read by others (mode 0644): chmod 600 it")]
    [InlineData(" \n", "0600", "'pw' is empty")]
    [InlineData(null, "0600", "'pw' does not exist")]
    public void A_password_file_is_looked_into(string? text, string mode, string fault)
    {
        if (text is not null)
        {
            WritePassword(text, (UnixFileMode)Convert.ToInt32(mode, 8));
        }

        Assert.Equal(["akka.hocon:3:3 actorlog.aggregator.journal-password-file: " + fault], _folder.FaultsOf(Hocon));
    }

    [Theory]
    [InlineData("postgresql://al:secret@db/actorlog")]
    [InlineData("postgresql://al@db/actorlog?password=secret")]
    [InlineData("postgres://al:secret@db/actorlog")]
    public void A_password_in_the_place_is_a_fault_that_does_not_say_it(string place)
    {
        var fault = Assert.Single(_folder.FaultsOf($"actorlog.aggregator.journal = \"{place}\""));
        Assert.DoesNotContain("secret", fault, StringComparison.Ordinal);
    }

    private void WritePassword(string text, UnixFileMode mode) => File.SetUnixFileMode(_folder.Write("pw", text), mode);
}
