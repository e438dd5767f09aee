//! Completes the OpenAPI document with what every operation of a kind may answer, so that no handler has to repeat it, and
//! none can forget it: problem documents have their own media type, an operation that authenticates a user may answer 401,
//! one that reads a body may refuse it, and so on.

use crate::error::Problem;
use utoipa::PartialSchema as _;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Response};

/// Media type of problem documents (RFC 9457).
const PROBLEM: &str = "application/problem+json";
const JSON: &str = "application/json";
const REFERENCE: &str = "#/components/schemas/Problem";

/// Completes all operations.
pub fn complete(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    components
        .schemas
        .entry("Problem".to_owned())
        .or_insert_with(Problem::schema);
    components
        .schemas
        .entry("FieldProblem".to_owned())
        .or_insert_with(crate::error::FieldProblem::schema);
    for item in document.paths.paths.values_mut() {
        let operations = [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.delete,
            &mut item.patch,
        ];
        for operation in operations.into_iter().flatten() {
            complete_operation(operation);
        }
    }
}

fn complete_operation(operation: &mut Operation) {
    for response in operation.responses.responses.values_mut() {
        use_media_type_of_problems(response);
    }
    let tags = operation.tags.as_deref().unwrap_or_default();
    let is_of_machines = tags.iter().any(|tag| tag == "machines");
    let is_of_twilio = is_secured_by(operation, "twilio");
    let is_public = operation.security.as_ref().is_some_and(|schemes| {
        schemes
            .iter()
            .all(|scheme| serde_json::to_value(scheme).is_ok_and(|scheme| scheme == serde_json::json!({})))
    });
    let has_parameters = operation.parameters.iter().flatten().any(|parameter| match parameter {
        RefOr::T(parameter) => matches!(parameter.parameter_in, ParameterIn::Path | ParameterIn::Query),
        RefOr::Ref(_) => true,
    });
    let has_body = operation.request_body.is_some();
    let mut add = |status: &str, description: &str| {
        let responses = &mut operation.responses.responses;
        responses
            .entry(status.to_owned())
            .or_insert_with(|| RefOr::T(problem(description)));
    };
    if is_of_machines {
        return;
    }
    if is_of_twilio {
        add("400", "The body cannot be read");
        add("403", "Not signed by Twilio");
        add("413", "The body is too large");
        add("415", "The body is not a form");
    } else {
        // A client that sends what an operation does not take, such as a misspelt parameter, is refused too.
        add("422", "A parameter or a field is unknown or invalid");
        add("413", "The body is too large");
        if has_body {
            add("400", "The body cannot be read");
            add("415", "The body is not JSON");
        }
        if has_parameters {
            add("404", "There is no such resource");
        }
        if !is_public {
            add("401", "Not signed in");
            add(
                "403",
                "The role does not allow it, or the request comes from another web site",
            );
            add("409", "The state does not allow it");
        }
        add("429", "Too many requests");
    }
    add("500", "Internal error");
    add("503", "A database is unavailable");
}

fn is_secured_by(operation: &Operation, scheme: &str) -> bool {
    operation
        .security
        .iter()
        .flatten()
        .any(|requirement| serde_json::to_value(requirement).is_ok_and(|requirement| requirement.get(scheme).is_some()))
}

fn problem(description: &str) -> Response {
    let mut response = Response::new(description);
    let content = Content::new(Some(Ref::new(REFERENCE)));
    response.content.insert(PROBLEM.to_owned(), RefOr::T(content));
    response
}

fn use_media_type_of_problems(response: &mut RefOr<Response>) {
    let RefOr::T(response) = response else { return };
    let is_problem = |content: &RefOr<Content>| match content {
        RefOr::T(content) => {
            matches!(&content.schema, Some(RefOr::Ref(reference)) if reference.ref_location == REFERENCE)
        }
        RefOr::Ref(_) => false,
    };
    if response.content.get(JSON).is_some_and(is_problem)
        && let Some(content) = response.content.shift_remove(JSON)
    {
        response.content.insert(PROBLEM.to_owned(), content);
    }
}
