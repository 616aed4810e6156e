using ActorLog.Node.Settings;
using Npgsql;

namespace ActorLog.Node.Storage;

/// <summary>How a database of the settings is connected to.</summary>
internal static class PostgresConnections
{
    private const int ConnectSeconds = 5;

    // Longer than any write of a group takes; shorter than what an operator takes for a hang.
    private const int CommandSeconds = 20;

    /// <summary>A builder with the settings' address and password, which is read anew for each connection.</summary>
    public static NpgsqlDataSourceBuilder BuilderOf(PostgresSettings settings)
    {
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        builder.ConnectionStringBuilder.Timeout = ConnectSeconds;
        builder.ConnectionStringBuilder.CommandTimeout = CommandSeconds;
        if (settings.PasswordFile is { } file)
        {
            builder.UsePasswordProvider(
                _ => Trimmed(File.ReadAllText(file)), async (_, stop) => Trimmed(await File.ReadAllTextAsync(file, stop)));
        }

        return builder;
    }

    private static string Trimmed(string text) => text.TrimEnd('\r', '\n');
}
