using System.Text.Json.Serialization;
using k8s.Models;

namespace ActorLog.Deployment.Kubernetes;

/// <summary>
/// Those parts of cert-manager's and the Prometheus operator's types that the overlays use, so that their objects are read as
/// strictly as the API's own: a field that is not here is an error.
/// </summary>
internal static class CustomResources
{
    /// <summary>The types, by apiVersion and kind.</summary>
    public static IDictionary<string, Type> Types { get; } = new Dictionary<string, Type>
    {
        ["cert-manager.io/v1/ClusterIssuer"] = typeof(Resource<IssuerSpec>),
        ["cert-manager.io/v1/Certificate"] = typeof(Resource<CertificateSpec>),
        ["monitoring.coreos.com/v1/PodMonitor"] = typeof(Resource<PodMonitorSpec>),
        ["monitoring.coreos.com/v1/PrometheusRule"] = typeof(Resource<RuleSpec>),
    };

    internal sealed class Resource<TSpec>
    {
        public required string ApiVersion { get; set; }

        public required string Kind { get; set; }

        public required V1ObjectMeta Metadata { get; set; }

        public required TSpec Spec { get; set; }
    }

    internal sealed class IssuerSpec
    {
        public Dictionary<string, string>? SelfSigned { get; set; }

        public Dictionary<string, string>? Ca { get; set; }
    }

    internal sealed class CertificateSpec
    {
        [JsonPropertyName("isCA")]
        [YamlDotNet.Serialization.YamlMember(Alias = "isCA", ApplyNamingConventions = false)]
        public bool IsCa { get; set; }

        public required string SecretName { get; set; }

        public required string CommonName { get; set; }

        public List<string> DnsNames { get; set; } = [];

        public List<string> Uris { get; set; } = [];

        public List<string> Usages { get; set; } = [];

        public required string Duration { get; set; }

        public string? RenewBefore { get; set; }

        public required Dictionary<string, string> PrivateKey { get; set; }

        public required Dictionary<string, string> IssuerRef { get; set; }
    }

    internal sealed class PodMonitorSpec
    {
        public required NamespaceSelector NamespaceSelector { get; set; }

        public required V1LabelSelector Selector { get; set; }

        public required List<Dictionary<string, string>> PodMetricsEndpoints { get; set; }
    }

    internal sealed class NamespaceSelector
    {
        public bool Any { get; set; }

        public List<string> MatchNames { get; set; } = [];
    }

    internal sealed class RuleSpec
    {
        public required List<RuleGroup> Groups { get; set; }
    }

    internal sealed class RuleGroup
    {
        public required string Name { get; set; }

        public required List<Rule> Rules { get; set; }
    }

    internal sealed class Rule
    {
        public required string Alert { get; set; }

        public required string Expr { get; set; }

        public string? For { get; set; }

        public required Dictionary<string, string> Labels { get; set; }

        public required Dictionary<string, string> Annotations { get; set; }
    }
}
