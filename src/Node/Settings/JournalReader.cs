namespace ActorLog.Node.Settings;

/// <summary>Reads where the journal is: a SQLite file, or PostgreSQL and the file of its password.</summary>
internal sealed class JournalReader(SettingsScope scope, string data, string configDirectory)
{
    private const string PasswordFile = "journal-password-file";

    // The books of a node are its own, wherever its journal is.
    private const string LedgerFile = "ledger.db";

    public (string Path, PostgresSettings? Postgres) Read()
    {
        var journal = scope.Read<string>("journal", SettingFormats.Text);
        var file = scope.Read<string>(PasswordFile, SettingFormats.Text);
        if (!PostgresUri.IsMeant(journal))
        {
            if (file != "off")
            {
                scope.Fault(PasswordFile, "is of no use: the journal is a SQLite file");
            }

            return (Path.GetFullPath(journal, data), null);
        }

        var password = file == "off" ? null : Path.GetFullPath(file, configDirectory);
        if (password is not null)
        {
            TellPasswordFile(password);
        }

        if (PostgresUri.Read(journal, password, out var postgres) is { } fault)
        {
            scope.Fault("journal", fault);
        }

        return (Path.Combine(data, LedgerFile), postgres);
    }

    private void TellPasswordFile(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var mode = OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(stream.SafeFileHandle);
            if (SecretMode.FaultOf(mode) is { } open)
            {
                scope.Fault(PasswordFile, $"'{path}' {open}");
            }
            else if (string.IsNullOrWhiteSpace(new StreamReader(stream).ReadToEnd()))
            {
                scope.Fault(PasswordFile, $"'{path}' is empty");
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            scope.Fault(PasswordFile, $"'{path}' does not exist");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            scope.Fault(PasswordFile, $"'{path}' cannot be read: {e.Message}");
        }
    }
}
