//! What the hosts read: the container's recipe and the service's description.

const APP: &str = include_str!("../../app.yaml");
const DOCKERFILE: &str = include_str!("../../Dockerfile");

#[test]
fn the_service_description_has_every_key_a_background_worker_needs() {
    for key in [
        "apiVersion: serving.knative.dev/v1",
        "kind: Service",
        "minScale: \"1\"",
        "maxScale:",
        "cpu-throttling: \"false\"",
        "startup-cpu-boost: \"true\"",
        "execution-environment: gen2",
        "containerConcurrency: 80",
        "timeoutSeconds: 60",
        "startupProbe:",
        "path: /ready",
        "livenessProbe:",
        "path: /health",
        "secretKeyRef:",
        "serviceAccountName:",
        "medium: Memory",
        "sizeLimit: 768Mi",
    ] {
        assert!(APP.contains(key), "app.yaml lacks `{key}`");
    }
    assert!(APP.starts_with('#'), "the first line says what the file is");
}

#[test]
fn the_container_runs_as_nobody_special_and_listens_where_its_host_looks() {
    assert!(DOCKERFILE.lines().filter(|line| line.starts_with("FROM ")).count() >= 2, "it has two stages");
    let user = DOCKERFILE.lines().rfind(|line| line.starts_with("USER ")).unwrap();
    assert!(!user.contains("root") && user.trim() != "USER 0", "{user}");
    assert!(DOCKERFILE.contains("LISTEN=0.0.0.0") && DOCKERFILE.contains("scripts/setup tools"));
}
