using System.Text;

namespace ActorLog.Node.Cli;

/// <summary>
/// A certificate as a Kubernetes Secret, for kubectl apply: type kubernetes.io/tls with ca.crt beside tls.crt and
/// tls.key, which is also what cert-manager makes, so that a pod need not know where its certificate comes from.
/// </summary>
internal static class SecretManifest
{
    /// <summary>The manifest.</summary>
    /// <param name="name">The Secret's name; a DNS name.</param>
    /// <param name="authority">The CA's certificate, PEM.</param>
    /// <param name="certificate">The certificate, PEM.</param>
    /// <param name="key">Its key, PEM.</param>
    public static string Write(string name, string authority, string certificate, string key)
    {
        var yaml = new StringBuilder();
        yaml.Append("apiVersion: v1\nkind: Secret\nmetadata:\n  name: ").Append(name).Append("\ntype: kubernetes.io/tls\nstringData:\n");
        Append("ca.crt", authority);
        Append("tls.crt", certificate);
        Append("tls.key", key);
        return yaml.ToString();

        void Append(string file, string pem)
        {
            yaml.Append("  ").Append(file).Append(": |\n");
            foreach (var line in pem.TrimEnd('\n').Split('\n'))
            {
                yaml.Append("    ").Append(line).Append('\n');
            }
        }
    }
}
