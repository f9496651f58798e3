//! What the files in `deploy/` and the workflow have to say, so that none of it gets lost.

use std::fs;
use std::path::PathBuf;

use crate::root;

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The lines that say something, without what stands before and after them.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn check(path: &str, needed: &[&str]) {
    let text = text(path);
    let lines: Vec<&str> = lines(&text).collect();
    let missing: Vec<_> = needed.iter().filter(|needed| !lines.contains(needed)).collect();
    assert!(missing.is_empty(), "{path} does not say {missing:?}");
}

/// The units of systemd, and what bounds the time of each.
const UNITS: [(&str, &str); 2] = [
    ("deploy/systemd/vendor-connector@.service", "TimeoutStartSec=6h"),
    ("deploy/temporal/vendor-connectors-worker.service", "TimeoutStopSec=2min"),
];

#[test]
fn the_units_take_all_rights_away_that_a_sync_does_not_need() {
    for (unit, bound) in UNITS {
        has_no_more_rights_than_it_needs(unit, bound);
    }
}

fn has_no_more_rights_than_it_needs(unit: &str, bound: &str) {
    let settings = [
        "DynamicUser=yes",
        "UMask=0077",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "AmbientCapabilities=",
        "PrivateUsers=yes",
        "RestrictSUIDSGID=yes",
        "RemoveIPC=yes",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "PrivateTmp=yes",
        "PrivateDevices=yes",
        "ProtectProc=invisible",
        "ProcSubset=pid",
        "ProtectKernelTunables=yes",
        "ProtectKernelModules=yes",
        "ProtectKernelLogs=yes",
        "ProtectControlGroups=yes",
        "ProtectClock=yes",
        "ProtectHostname=yes",
        "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
        "RestrictNamespaces=yes",
        "RestrictRealtime=yes",
        "LockPersonality=yes",
        "MemoryDenyWriteExecute=yes",
        "SystemCallArchitectures=native",
        "SystemCallFilter=@system-service",
        "SystemCallFilter=~@privileged @resources",
        "SystemCallErrorNumber=EPERM",
        "LimitCORE=0",
        "MemoryMax=512M",
        "TasksMax=64",
        bound,
        "KillMode=mixed",
    ];
    check(unit, &settings);
    // Nor does it get any of them back further down.
    let text = text(unit);
    for setting in settings.iter().filter(|setting| !setting.starts_with("SystemCallFilter")) {
        let (name, _) = setting.split_once('=').unwrap();
        let same = lines(&text).filter(|line| line.split('=').next() == Some(name));
        assert_eq!(same.count(), 1, "{name}");
    }
    assert!(text.contains("\n#LoadCredential="), "secrets need not be in the environment");
}

/// The files for a cluster.
const IN_A_CLUSTER: [&str; 3] = [
    "deploy/kubernetes/cronjob.yaml",
    "deploy/kubernetes/workers.yaml",
    "deploy/temporal/deployment.yaml",
];

#[test]
fn the_jobs_in_a_cluster_have_a_bound() {
    for path in &IN_A_CLUSTER[..2] {
        check(path, &["concurrencyPolicy: Forbid", "activeDeadlineSeconds: 21600"]);
    }
}

#[test]
fn what_runs_in_a_cluster_has_no_rights() {
    for path in IN_A_CLUSTER {
        check(
            path,
            &[
                "automountServiceAccountToken: false",
                "enableServiceLinks: false",
                "hostNetwork: false",
                "hostPID: false",
                "hostIPC: false",
                "runAsNonRoot: true",
                "runAsUser: 65532",
                "runAsGroup: 65532",
                "type: RuntimeDefault",
                "allowPrivilegeEscalation: false",
                "privileged: false",
                "readOnlyRootFilesystem: true",
                "drop: [\"ALL\"]",
                "memory: 512Mi",
            ],
        );
    }
}

/// A pod that counts otherwise than its job reads nothing, or nobody reads what it should.
#[test]
fn the_pods_of_a_run_are_as_many_as_each_of_them_is_told() {
    let pods = ["completionMode: Indexed", "completions: 8", "parallelism: 8", "- --members=8"];
    check(IN_A_CLUSTER[1], &pods);
}

#[test]
fn the_image_runs_as_nobody_from_nothing() {
    check("deploy/docker/Dockerfile", &["FROM scratch", "USER 65532:65532"]);
    let text = text("deploy/docker/Dockerfile");
    let images: Vec<&str> = lines(&text).filter(|line| line.starts_with("FROM ")).collect();
    assert_eq!(images, ["FROM scratch"], "what is copied is all that there is");
    // What is copied is gathered by name, and not a folder that somebody works in.
    let gathered = self::text("deploy/docker/image");
    let copied =
        lines(&gathered).filter(|line| line.starts_with("cp ") || line.starts_with("tar "));
    assert_eq!(copied.count(), 2, "{gathered}");
}

/// Whether a text is so many hexadecimal digits.
fn is_digest(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[test]
fn what_comes_from_elsewhere_is_named_by_its_digest() {
    let mut seen = 0;
    let images = [["deploy/docker/Dockerfile"].as_slice(), &IN_A_CLUSTER].concat();
    let mut files: Vec<PathBuf> = images.iter().map(|path| root().join(path)).collect();
    let workflows = fs::read_dir(root().join(".github/workflows")).unwrap();
    files.extend(workflows.map(|entry| entry.unwrap().path()));
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for line in lines(&text) {
            let line = line.trim_start_matches("- ");
            let named = |start: &str| {
                line.strip_prefix(start).and_then(|rest| rest.split_whitespace().next())
            };
            let image = named("FROM ").filter(|image| *image != "scratch").or(named("image: "));
            if let Some(image) = image {
                let digest =
                    image.split_once("@sha256:").is_some_and(|(_, hex)| is_digest(hex, 64));
                assert!(digest, "{}: {image} may become another image", file.display());
                seen += 1;
            }
            if let Some(action) = named("uses: ") {
                let commit = action.split_once('@').is_some_and(|(_, hex)| is_digest(hex, 40));
                assert!(commit, "{}: {action} may become another action", file.display());
                seen += 1;
            }
        }
    }
    assert!(seen >= 4, "only {seen} were found");
}

#[test]
fn the_workflow_may_only_read_and_runs_what_has_to_hold() {
    let workflow = ".github/workflows/ci.yml";
    check(workflow, &["permissions: {}", "persist-credentials: false", "- run: .ci/run"]);
    let text = text(workflow);
    let rights: Vec<_> = lines(&text).filter(|line| line.ends_with(": read")).collect();
    assert_eq!(rights, ["contents: read"; 2]);
    assert!(lines(&text).all(|line| !line.contains("write")), "nothing may be written");
    check(".ci/run", &["step .ci/deny", "step .ci/unused"]);
}
