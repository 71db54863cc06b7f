//! Kubernetes manifests and kubeconfigs: which value a certificate is in, and what is told where there is none.

use data_encoding::BASE64;
use rcgen::KeyPair;

use super::{folder, found, gaps, pem, seen};

fn base64(text: &str) -> String {
    BASE64.encode(text.as_bytes())
}

/// Certificates and gaps of one file with this text, which is also the whole of a folder.
fn told(name: &str, text: &str) -> (Vec<String>, Vec<String>) {
    let root = folder(&[(name, text.as_bytes())]);
    let facts = seen(root.path());
    let named = seen(&root.path().join(name));
    assert_eq!(facts.certificates.len(), named.certificates.len());
    (found(&facts, root.path()), gaps(&facts, root.path()))
}

fn secret(namespace: &str, certificate: &str) -> String {
    let key = base64(&KeyPair::generate().unwrap().serialize_pem());
    format!(
        "apiVersion: v1\ndata:\n  tls.crt: {certificate}\n  tls.key: {key}\nkind: Secret\nmetadata:\n  name: web\n  \
         namespace: {namespace}\ntype: kubernetes.io/tls\n"
    )
}

#[test]
fn secrets_of_several_documents_are_named_by_their_objects() {
    let chain = pem("a.example") + &pem("ca.example");
    let text =
        format!("{}---\n{}", secret("prod", &base64(&chain)), secret("test", &base64(&pem("b.example"))));
    let (found, gaps) = told("secrets.yaml", &text);
    let expected = [
        "secrets.yaml#Secret/prod/web/data/tls.crt#1 a.example",
        "secrets.yaml#Secret/prod/web/data/tls.crt#2 ca.example",
        "secrets.yaml#Secret/test/web/data/tls.crt b.example",
    ];
    assert_eq!((found, gaps), (expected.map(str::to_owned).to_vec(), vec![]));
}

#[test]
fn a_list_in_json_is_read_too_and_one_object_twice_is_two_places() {
    let certificate = base64(&pem("j.example"));
    let item = format!(
        r#"{{"kind":"Secret","metadata":{{"name":"web","namespace":"x"}},"data":{{"any.name":"{certificate}"}}}}"#
    );
    let text = format!(
        "{{\n\t\"apiVersion\": \"v1\",\n\t\"kind\": \"List\",\n\t\"items\": [{item},\n\t{item}]\n}}\n"
    );
    let (found, gaps) = told("list.json", &text);
    let expected = [
        "list.json#Secret/x/web/data/any.name j.example",
        "list.json#Secret/x/web/data/any.name@2 j.example",
    ];
    assert_eq!((found, gaps), (expected.map(str::to_owned).to_vec(), vec![]));
}

#[test]
fn a_kubeconfig_has_those_of_its_clusters_and_users() {
    let (authority, client) = (base64(&pem("ca.example")), base64(&pem("admin.example")));
    let key = base64(&KeyPair::generate().unwrap().serialize_pem());
    let text = format!(
        "apiVersion: v1\nkind: Config\nclusters:\n- cluster:\n    certificate-authority-data: {authority}\n    server: \
         https://x\n  name: main\nusers:\n- name: admin\n  user:\n    client-certificate-data: {client}\n    \
         client-key-data: {key}\n"
    );
    let (found, gaps) = told("config", &text);
    let expected = [
        "config#clusters/main/cluster/certificate-authority-data ca.example",
        "config#users/admin/user/client-certificate-data admin.example",
    ];
    assert_eq!((found, gaps), (expected.map(str::to_owned).to_vec(), vec![]));
}

#[test]
fn plain_text_in_a_value_counts_as_well() {
    let indented = pem("plain.example").replace('\n', "\n    ");
    let text = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cas\ndata:\n  bundle: |\n    {indented}\n"
    );
    assert_eq!(told("map.yaml", &text).0, ["map.yaml#ConfigMap/cas/data/bundle plain.example"]);
}

#[test]
fn a_value_that_owes_a_certificate_and_has_none_is_a_gap() {
    let key = base64(&KeyPair::generate().unwrap().serialize_pem());
    for wrong in ["\"\"", "not-base64!", &key, &base64("hello")] {
        let (found, gaps) = told("s.yaml", &secret("prod", wrong));
        assert_eq!(found, Vec::<String>::new());
        assert_eq!(gaps, ["s.yaml#Secret/prod/web/data/tls.crt no-certificate"], "{wrong}");
    }
    let cut = &pem("x.example")[..200];
    let (_, gaps) = told("s.yaml", &secret("prod", &base64(cut)));
    assert_eq!(gaps, ["s.yaml#Secret/prod/web/data/tls.crt certificate block 1: the block has no end line"]);
}

#[test]
fn a_placeholder_that_is_filled_in_later_is_no_gap() {
    let text = "apiVersion: x/v1\nkind: Hook\nmetadata: {name: h}\nwebhooks:\n- clientConfig: {caBundle: Cg==}\n  name: w\n";
    assert_eq!(told("hook.yaml", text), (vec![], vec![]));
}

#[test]
fn what_is_broken_hides_nothing_before_it_and_is_told() {
    let good = secret("prod", &base64(&pem("a.example")));
    let (found, gaps) = told("s.yaml", &format!("{good}---\na: [\n---\n{good}"));
    assert_eq!(found, ["s.yaml#Secret/prod/web/data/tls.crt a.example"]);
    assert_eq!(gaps, ["s.yaml manifest"]);
    let template = format!("{{{{ if .x }}}}\n{good}");
    assert_eq!(told("s.yaml", &template), (vec![], vec!["s.yaml manifest".to_owned()]));
    let plain = format!("apiVersion: {{{{ x\n{}", pem("plain.example"));
    assert_eq!(told("s.yaml", &plain), (vec!["s.yaml plain.example".to_owned()], vec![]));
}

#[test]
fn a_manifest_without_certificates_is_passed_over() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n  containers: []\n";
    assert_eq!(told("pod.yaml", text), (vec![], vec![]));
}

#[test]
fn aliases_do_not_multiply_and_depth_has_an_end() {
    let mut text = format!("apiVersion: v1\na0: &a0 {}\n", base64(&pem("once.example")));
    for level in 1..60 {
        let above = level - 1;
        text += &format!(
            "a{level}: &a{level} [*a{above}, *a{above}, *a{above}, *a{above}, *a{above}, *a{above}]\n"
        );
    }
    assert_eq!(told("laughs.yaml", &text).0, ["laughs.yaml#a0 once.example"]);
    let deep = format!("apiVersion: v1\na0: {}\nb: {}", base64(&pem("once.example")), "[".repeat(100_000));
    let (found, gaps) = told("deep.yaml", &deep);
    assert_eq!((found.len(), gaps), (1, vec!["deep.yaml manifest".to_owned()]));
}
